import { SealError, type Bytes } from '@seal-chat/protocol';
import { isRefusal } from './curves/engine-errors.ts';

/** The part of WebCrypto's `SubtleCrypto` that AES-GCM needs; `globalThis.crypto.subtle` fits. Keys are opaque. */
export interface AesSubtle {
  importKey(
    format: 'raw',
    key: Bytes,
    algorithm: { name: 'AES-GCM' },
    extractable: boolean,
    usages: ('encrypt' | 'decrypt')[],
  ): Promise<object>;
  encrypt(algorithm: AesGcmCall, key: object, data: Bytes): Promise<ArrayBuffer>;
  decrypt(algorithm: AesGcmCall, key: object, data: Bytes): Promise<ArrayBuffer>;
}

interface AesGcmCall {
  readonly name: 'AES-GCM';
  readonly iv: Bytes;
  readonly additionalData: Bytes;
  readonly tagLength: 128;
}

/** Bytes of a nonce (NIST SP 800-38D §5.2.1.1: the one length that needs no hashing). */
export const AES_GCM_NONCE_LENGTH = 12;
const KEY_LENGTH = 32;

/** An AES-256 key inside WebCrypto: usable there, not readable. */
export interface AesGcmKey {
  readonly subtle: AesSubtle;
  readonly handle: object;
}

/** Imports an AES-256 key. @throws SealError MALFORMED unless `key` has 32 bytes */
export async function importAesGcmKey(subtle: AesSubtle, key: Bytes): Promise<AesGcmKey> {
  if (key.length !== KEY_LENGTH) throw new SealError('MALFORMED', `AES-256: the key has ${key.length} bytes`);
  const handle = await subtle.importKey('raw', key, { name: 'AES-GCM' }, false, ['encrypt', 'decrypt']);
  return { subtle, handle };
}

/**
 * Seals with AES-256-GCM, for bulk data at rest: rows of the local store, parts of attachments.
 *
 * @param input.nonce 12 bytes, never twice under one key
 * @returns the ciphertext with its 16-byte authenticator behind
 */
export async function aesGcmSeal(input: {
  readonly key: AesGcmKey;
  readonly nonce: Bytes;
  readonly plaintext: Bytes;
  readonly associatedData: Bytes;
}): Promise<Bytes> {
  const { key, nonce, plaintext, associatedData } = input;
  return new Uint8Array(await key.subtle.encrypt(call(nonce, associatedData), key.handle, plaintext));
}

/**
 * Opens what `aesGcmSeal` sealed.
 * @throws SealError UNDECRYPTABLE when any of the inputs is not the one it was sealed
 * with, MALFORMED on a bad nonce
 */
export async function aesGcmOpen(input: {
  readonly key: AesGcmKey;
  readonly nonce: Bytes;
  readonly ciphertext: Bytes;
  readonly associatedData: Bytes;
}): Promise<Bytes> {
  const { key, nonce, ciphertext, associatedData } = input;
  const algorithm = call(nonce, associatedData);
  try {
    return new Uint8Array(await key.subtle.decrypt(algorithm, key.handle, ciphertext));
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    throw new SealError('UNDECRYPTABLE', 'AES-256-GCM: not authentic', { cause });
  }
}

function call(nonce: Bytes, associatedData: Bytes): AesGcmCall {
  if (nonce.length !== AES_GCM_NONCE_LENGTH) {
    throw new SealError('MALFORMED', `AES-256-GCM: the nonce has ${nonce.length} bytes`);
  }
  return { name: 'AES-GCM', iv: nonce, additionalData: associatedData, tagLength: 128 };
}
