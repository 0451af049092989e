import nacl from 'tweetnacl';
import { SealError, constantTimeEqual, utf8, wipe, type Bytes, type Envelope } from '@seal-chat/protocol';
import { hkdfWithSalt } from '../kdf.ts';
import type { Rng } from '../rng.ts';
import { hmacKey } from '../sha256.ts';

/**
 * Encryption of one message with its message key (Double Ratchet §3.1 ENCRYPT, DECRYPT). XSalsa20-Poly1305 takes no
 * associated data, so header and AD go into the derivation of its key, with a commitment that lets no ciphertext open
 * under two keys.
 */

const LABEL = utf8('SealChat_v1_MessageKey');
/** HKDF without salt (RFC 5869 §2.2). */
const NO_SALT = hmacKey(new Uint8Array(0));
const NONCE_LENGTH = 24;

/** What a message key encrypts to: the part of an envelope after its header. */
export type SealedMessage = Pick<Envelope, 'commitment' | 'nonce' | 'ciphertext'>;

/**
 * Seals `plaintext` and overwrites `messageKey`. The nonce is random and sent although a message key is used once: a
 * device restored from an old copy uses one twice, and must not give the plaintexts away.
 */
export function sealMessage(params: {
  readonly messageKey: Bytes;
  readonly associatedData: Bytes;
  readonly headerBytes: Bytes;
  readonly plaintext: Bytes;
  readonly rng: Rng;
}): SealedMessage {
  const { key, commitment } = deriveSecrets(params);
  const nonce = params.rng(NONCE_LENGTH);
  const ciphertext = nacl.secretbox(params.plaintext, nonce, key) as Bytes;
  wipe(key, params.messageKey);
  return { commitment, nonce, ciphertext };
}

/**
 * Opens a sealed message. `messageKey` is left as it is: a message that fails must not cost the key of the real one.
 * @throws SealError UNDECRYPTABLE when a bit of header, associated data, nonce, commitment or ciphertext differs
 */
export function openMessage(params: {
  readonly messageKey: Bytes;
  readonly associatedData: Bytes;
  readonly headerBytes: Bytes;
  readonly sealed: SealedMessage;
}): Bytes {
  const { key, commitment } = deriveSecrets(params);
  const { sealed } = params;
  const matches = constantTimeEqual(commitment, sealed.commitment);
  const plaintext = matches ? (nacl.secretbox.open(sealed.ciphertext, sealed.nonce, key) as Bytes | null) : null;
  wipe(key, commitment);
  if (plaintext === null) throw new SealError('UNDECRYPTABLE', 'message: authentication failed');
  return plaintext;
}

/** `key || commitment = HKDF(mk, info = label || len(AD) || AD || len(header) || header)`, lengths in 4 bytes. */
function deriveSecrets(params: {
  readonly messageKey: Bytes;
  readonly associatedData: Bytes;
  readonly headerBytes: Bytes;
}): { readonly key: Bytes; readonly commitment: Bytes } {
  const { messageKey, associatedData, headerBytes } = params;
  const info = new Uint8Array(LABEL.length + 8 + associatedData.length + headerBytes.length);
  const view = new DataView(info.buffer);
  let at = LABEL.length;
  info.set(LABEL);
  for (const part of [associatedData, headerBytes]) {
    view.setUint32(at, part.length);
    info.set(part, at + 4);
    at += 4 + part.length;
  }
  const output = hkdfWithSalt({ ikm: messageKey, salt: NO_SALT, info, length: 64 });
  const secrets = { key: output.slice(0, 32), commitment: output.slice(32) };
  wipe(output);
  return secrets;
}
