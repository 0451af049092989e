import { wipe, type Bytes } from '@seal-chat/protocol';
import type { Aead } from '../hpke/aead.ts';
import type { HashFamily } from '../hpke/hashes.ts';
import { expandWithLabel } from './labels.ts';
import {
  decodeContent,
  decodeSenderData,
  encodeContent,
  encodePrivateMessage,
  encodeSenderData,
  placeOf,
  type PrivateMessage,
  type SenderData,
} from './private-framing.ts';
import type { SkippedKey } from './ratchets.ts';
import type { ApplicationContent } from './signed-content.ts';

/**
 * Application messages as PrivateMessages (RFC 9420 §6.3), synchronous and in the open: the library's own function
 * tells neither who sent a message nor its authenticated data.
 */

export interface MessageCrypto {
  readonly hash: HashFamily;
  readonly aead: Aead;
}

/** Encrypts signed content as an MLSMessage with a key of the sender's ratchet, which is wiped (§6.3.1, §6.3.2). */
export function protect(
  { hash, aead }: MessageCrypto,
  input: {
    readonly content: ApplicationContent;
    readonly signature: Bytes;
    readonly senderDataSecret: Uint8Array;
    readonly ratchetKey: SkippedKey;
    /** 4 random bytes. */
    readonly reuseGuard: Bytes;
  },
): Bytes {
  const { content, signature, senderDataSecret, ratchetKey, reuseGuard } = input;
  const { senderDataAad, contentAad } = placeOf(content.groupContext, content.authenticatedData);
  const plaintext = encodeContent(content.applicationData, signature);
  const nonce = guardedNonce(ratchetKey.nonce, reuseGuard);
  const ciphertext = aead.seal(ratchetKey.key, nonce, contentAad, plaintext);
  const { leafIndex } = content;
  const senderData = encodeSenderData({ leafIndex, generation: ratchetKey.generation, reuseGuard });
  const keys = senderDataKeys({ hash, aead }, senderDataSecret, ciphertext);
  const encryptedSenderData = aead.seal(keys.key, keys.nonce, senderDataAad, senderData);
  wipe(plaintext, senderData, keys.key, ratchetKey.key, ratchetKey.nonce);
  return encodePrivateMessage({ contentAad, encryptedSenderData, ciphertext });
}

/** Reads who sent a message, with which key (§6.3.2). @throws SealError UNDECRYPTABLE, MALFORMED */
export function openSenderData(
  crypto: MessageCrypto,
  message: PrivateMessage,
  senderDataSecret: Uint8Array,
): SenderData {
  const { key, nonce } = senderDataKeys(crypto, senderDataSecret, message.ciphertext);
  const opened = crypto.aead.open(key, nonce, message.senderDataAad, message.encryptedSenderData);
  wipe(key);
  return decodeSenderData(opened);
}

/**
 * Decrypts a message with the key of its generation, which is wiped (§6.3.1). The signature is the caller's to check.
 * @throws SealError UNDECRYPTABLE, MALFORMED
 */
export function unprotect(
  { aead }: MessageCrypto,
  message: PrivateMessage,
  { key, nonce }: SkippedKey,
  { reuseGuard }: Pick<SenderData, 'reuseGuard'>,
): { readonly applicationData: Bytes; readonly signature: Bytes } {
  const guarded = guardedNonce(nonce, reuseGuard);
  const opened = aead.open(key, guarded, message.contentAad, message.ciphertext);
  wipe(key, nonce);
  const content = decodeContent(opened);
  wipe(opened);
  return content;
}

function senderDataKeys({ hash, aead }: MessageCrypto, secret: Uint8Array, ciphertext: Uint8Array) {
  const sample = ciphertext.subarray(0, hash.size);
  return {
    key: expandWithLabel(hash, secret, 'key', sample, aead.keyLength),
    nonce: expandWithLabel(hash, secret, 'nonce', sample, aead.nonceLength),
  };
}

function guardedNonce(nonce: Bytes, reuseGuard: Uint8Array): Bytes {
  const guarded = nonce.slice();
  for (let i = 0; i < reuseGuard.length; i++) guarded[i] = guarded[i]! ^ reuseGuard[i]!;
  return guarded;
}
