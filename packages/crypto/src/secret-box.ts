import { openSecretBox, secretBox } from '@stablelib/nacl';
import { SealError, WIRE_VERSION, concatBytes, type Bytes, type ContentKey } from '@seal-chat/protocol';
import type { BoxKey } from './keys.ts';
import type { Rng } from './rng.ts';

type SecretBoxKey = ContentKey | BoxKey;

/** Bytes of a nonce of XSalsa20. */
export const NONCE_LENGTH = 24;
/** Bytes of Poly1305's authenticator, which comes before the ciphertext. */
const TAG_LENGTH = 16;
/** Bytes a box is longer than what it holds: version, nonce, authenticator. */
const BOX_OVERHEAD: number = 1 + NONCE_LENGTH + TAG_LENGTH;

/**
 * Seals with XSalsa20-Poly1305, `crypto_secretbox` of NaCl: the author of tweetnacl wrote this one too, in modules, so
 * that a page loads a third of the bytes.
 */
export function sealSecret(key: SecretBoxKey, nonce: Bytes, plaintext: Bytes): Bytes {
  return secretBox(key, nonce, plaintext) as Bytes;
}

/** Opens what `sealSecret` sealed, or null when key, nonce or a bit of `ciphertext` differs. */
export function openSecret(key: SecretBoxKey, nonce: Bytes, ciphertext: Bytes): Bytes | null {
  return openSecretBox(key, nonce, ciphertext) as Bytes | null;
}

/** Makes a secretbox under a 32-byte key, complete: version byte, random 24-byte nonce, ciphertext. */
export function sealBox(key: SecretBoxKey, plaintext: Bytes, rng: Rng): Bytes {
  const nonce = rng(NONCE_LENGTH);
  return concatBytes(Uint8Array.of(WIRE_VERSION), nonce, sealSecret(key, nonce, plaintext));
}

/**
 * Returns the plaintext of a box, or null when it was not made under `key` or was altered.
 * @throws SealError MALFORMED when it is too short to be one, UNSUPPORTED_VERSION
 */
export function openBox(key: SecretBoxKey, box: Bytes): Bytes | null {
  if (box.length < BOX_OVERHEAD) throw new SealError('MALFORMED', `box: ${box.length} bytes`);
  if (box[0] !== WIRE_VERSION) throw new SealError('UNSUPPORTED_VERSION', `box: version ${box[0]}`);
  const nonce = box.slice(1, 1 + NONCE_LENGTH);
  return openSecret(key, nonce, box.slice(1 + NONCE_LENGTH));
}
