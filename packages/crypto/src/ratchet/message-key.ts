import { SealError, asKey, constantTimeEqual, utf8, wipe, type Bytes, type Envelope } from '@seal-chat/protocol';
import { hkdfExpand, hkdfExtract } from '../kdf.ts';
import type { BoxKey, HybridKey, MessageKey, PqMessageKey } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { NONCE_LENGTH, openSecret, sealSecret } from '../secret-box.ts';
import { hmacKey } from '../sha256.ts';

/**
 * Encryption of one message with its message keys (Double Ratchet §3.1 ENCRYPT, DECRYPT; §5.3 for the two together).
 * XSalsa20-Poly1305 takes no associated data, so header and AD go into the derivation of its key, with a commitment
 * that lets no ciphertext open under two keys.
 */

const LABEL = utf8('SealChat_v1_MessageKey');
/** HKDF without salt (RFC 5869 §2.2). */
const NO_SALT = hmacKey(new Uint8Array(0));
const KEY_LENGTH = 32;

/**
 * Combines the keys that the Double Ratchet and the post-quantum ratchet have for one message, and overwrites both:
 * HKDF-Extract(salt = none, mk || pqmk). Where a session has no post-quantum ratchet, of mk alone.
 */
export function combineMessageKeys(messageKey: MessageKey, pqMessageKey: PqMessageKey | null): HybridKey {
  if (pqMessageKey === null) {
    const extracted = hkdfExtract(NO_SALT, messageKey);
    wipe(messageKey);
    return asKey(extracted);
  }
  both.set(messageKey);
  both.set(pqMessageKey, KEY_LENGTH);
  const combined = hkdfExtract(NO_SALT, both);
  wipe(messageKey, pqMessageKey, both);
  return asKey(combined);
}

/** Room for the two keys; wiped after each use. */
const both = new Uint8Array(2 * KEY_LENGTH);

/** What a message key encrypts to: the part of an envelope after its header. */
export type SealedMessage = Pick<Envelope, 'commitment' | 'nonce' | 'ciphertext'>;

/**
 * Seals `plaintext` and overwrites `key`. The nonce is random and sent although a message key is used once: a
 * device restored from an old copy uses one twice, and must not give the plaintexts away.
 */
export function sealMessage(params: {
  readonly key: HybridKey;
  readonly associatedData: Bytes;
  readonly headerBytes: Bytes;
  readonly plaintext: Bytes;
  readonly rng: Rng;
}): SealedMessage {
  const secrets = deriveSecrets(params);
  const nonce = params.rng(NONCE_LENGTH);
  const ciphertext = sealSecret(keyOf(secrets), nonce, params.plaintext);
  const commitment = secrets.slice(KEY_LENGTH);
  wipe(secrets, params.key);
  return { commitment, nonce, ciphertext };
}

/**
 * Opens a sealed message. `key` is left as it is: a message that fails must not cost the key of the real one.
 * @throws SealError UNDECRYPTABLE when a bit of header, associated data, nonce, commitment or ciphertext differs
 */
export function openMessage(params: {
  readonly key: HybridKey;
  readonly associatedData: Bytes;
  readonly headerBytes: Bytes;
  readonly sealed: SealedMessage;
}): Bytes {
  const secrets = deriveSecrets(params);
  const { commitment, nonce, ciphertext } = params.sealed;
  const plaintext = constantTimeEqual(secrets.subarray(KEY_LENGTH), commitment)
    ? openSecret(keyOf(secrets), nonce, ciphertext)
    : null;
  wipe(secrets);
  if (plaintext === null) throw new SealError('UNDECRYPTABLE', 'message: not authentic');
  return plaintext;
}

/**
 * `key || commitment = HKDF-Expand(hybrid key, info = label || len(AD) || AD || len(header) || header)`, lengths in 4
 * bytes.
 */
function deriveSecrets(params: {
  readonly key: HybridKey;
  readonly associatedData: Bytes;
  readonly headerBytes: Bytes;
}): Bytes {
  const { key, associatedData, headerBytes } = params;
  const info = [LABEL, lengthOf(associatedData), associatedData, lengthOf(headerBytes), headerBytes];
  return hkdfExpand({ prk: key, info, length: 2 * KEY_LENGTH });
}

function keyOf(secrets: Bytes): BoxKey {
  return asKey(secrets.subarray(0, KEY_LENGTH));
}

function lengthOf({ length }: Bytes): Bytes {
  return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length);
}
