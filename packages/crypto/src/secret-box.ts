import nacl from 'tweetnacl';
import { SealError, WIRE_VERSION, concatBytes, type Bytes } from '@seal-chat/protocol';
import type { Rng } from './rng.ts';

const { nonceLength, overheadLength } = nacl.secretbox;

/** Bytes a box is longer than what it holds: version, nonce, authenticator. */
const BOX_OVERHEAD: number = 1 + nonceLength + overheadLength;

/**
 * XSalsa20-Poly1305 (`crypto_secretbox` of NaCl) under a 32-byte key: version byte, random 24-byte nonce, ciphertext
 * with its authenticator in front.
 */
export function sealBox(key: Bytes, plaintext: Bytes, rng: Rng): Bytes {
  const nonce = rng(nonceLength);
  return concatBytes(Uint8Array.of(WIRE_VERSION), nonce, nacl.secretbox(plaintext, nonce, key));
}

/**
 * The plaintext of a box, or null when it was not made under `key` or was altered.
 * @throws SealError MALFORMED when it is too short to be one, UNSUPPORTED_VERSION
 */
export function openBox(key: Bytes, box: Bytes): Bytes | null {
  if (box.length < BOX_OVERHEAD) throw new SealError('MALFORMED', `box: ${box.length} bytes`);
  if (box[0] !== WIRE_VERSION) throw new SealError('UNSUPPORTED_VERSION', `box: version ${box[0]}`);
  const nonce = box.subarray(1, 1 + nonceLength);
  return nacl.secretbox.open(box.subarray(1 + nonceLength), nonce, key) as Bytes | null;
}
