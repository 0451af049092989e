import type { Bytes } from '@seal-chat/protocol';
import { hmacInto, hmacKey, wipeHmacKey, type HmacKey } from './sha256.ts';

export { sha256 } from './sha256.ts';

const HASH_LENGTH = 32;

/** Computes HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmac(key: Uint8Array, data: Uint8Array): Bytes {
  const prepared = hmacKey(key);
  const tag = new Uint8Array(HASH_LENGTH);
  hmacInto(prepared, data, 0, data.length, tag, 0);
  wipeHmacKey(prepared);
  return tag;
}

/**
 * Computes HKDF-SHA-256 (RFC 5869): `length` bytes, at most 8160, of `ikm`. An empty salt is the same as 32 zeros.
 * @throws RangeError on a greater length
 */
export function hkdf(params: { ikm: Uint8Array; salt: Uint8Array; info: Uint8Array; length: number }): Bytes {
  const salt = hmacKey(params.salt);
  const prk = hkdfExtract(salt, params.ikm);
  wipeHmacKey(salt);
  const output = hkdfExpand({ prk, info: [params.info], length: params.length });
  prk.fill(0);
  return output;
}

/** Computes HKDF-Extract (RFC 5869 §2.2) with a prepared salt: the pseudorandom key, 32 bytes. */
export function hkdfExtract(salt: HmacKey, ikm: Uint8Array): Bytes {
  const prk = new Uint8Array(HASH_LENGTH);
  hmacInto(salt, ikm, 0, ikm.length, prk, 0);
  return prk;
}

/**
 * Computes HKDF-Expand (RFC 5869 §2.3): `length` bytes, at most 8160, of a pseudorandom key; `info` in parts that are
 * put together here.
 * @throws RangeError on a greater length
 */
export function hkdfExpand(params: { prk: Uint8Array; info: readonly Uint8Array[]; length: number }): Bytes {
  const { info, length } = params;
  if (length > 255 * HASH_LENGTH) throw new RangeError(`hkdf: at most ${255 * HASH_LENGTH} bytes, asked for ${length}`);
  // T(i) || info || i, over and over in one buffer.
  let end = HASH_LENGTH + 1;
  for (const part of info) end += part.length;
  const block = end <= scratch.length ? scratch : new Uint8Array(end);
  const prk = hmacKey(params.prk);
  let filled = HASH_LENGTH;
  for (const part of info) {
    block.set(part, filled);
    filled += part.length;
  }
  const output = new Uint8Array(length);
  for (let i = 1, at = 0; at < length; i++, at += HASH_LENGTH) {
    block[end - 1] = i;
    hmacInto(prk, block, i === 1 ? HASH_LENGTH : 0, end, block, 0);
    output.set(block.subarray(0, Math.min(HASH_LENGTH, length - at)), at);
  }
  wipeHmacKey(prk);
  block.fill(0, 0, end);
  return output;
}

/** Room for the usual `info`: an allocation of more than 64 bytes costs as much as a hash. Wiped after each use. */
const scratch = new Uint8Array(2048);
