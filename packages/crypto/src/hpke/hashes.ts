import type { Bytes } from '@seal-chat/protocol';
import { hmac, sha256 } from '../kdf.ts';
import { hmacInto, hmacKey, wipeHmacKey } from '../sha256.ts';

/** A hash with HMAC and HKDF (RFC 5869) over it, synchronous: WebCrypto's cost 50 µs a call, these a few. */
export interface HashFamily {
  /** Bytes of a digest. */
  readonly size: number;
  digest(data: Uint8Array): Bytes;
  hmac(key: Uint8Array, data: Uint8Array): Bytes;
  extract(salt: Uint8Array, ikm: Uint8Array): Bytes;
  expand(prk: Uint8Array, info: Uint8Array, length: number): Bytes;
}

const SHA256_LENGTH = 32;

export const sha256Family: HashFamily = {
  size: SHA256_LENGTH,
  digest: sha256,
  hmac,
  extract: hmac,
  expand: expandSha256,
};

/** HKDF-Expand (RFC 5869 §2.3). @throws RangeError on more than 8,160 bytes */
function expandSha256(prk: Uint8Array, info: Uint8Array, length: number): Bytes {
  if (length > 255 * SHA256_LENGTH) throw new RangeError(`hkdf: at most ${255 * SHA256_LENGTH} bytes`);
  const key = hmacKey(prk);
  // T(i) || info || i, over and over in one buffer
  const end = SHA256_LENGTH + info.length + 1;
  const block = new Uint8Array(end);
  block.set(info, SHA256_LENGTH);
  const output = new Uint8Array(length);
  for (let i = 1, at = 0; at < length; i++, at += SHA256_LENGTH) {
    block[end - 1] = i;
    hmacInto(key, block, i === 1 ? SHA256_LENGTH : 0, end, block, 0);
    output.set(block.subarray(0, Math.min(SHA256_LENGTH, length - at)), at);
  }
  wipeHmacKey(key);
  block.fill(0);
  return output;
}
