import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js';
import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import type { Bytes } from '@seal-chat/protocol';

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(data: Uint8Array): Bytes {
  return nobleSha256(data) as Bytes;
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmac(key: Uint8Array, data: Uint8Array): Bytes {
  return nobleHmac(nobleSha256, key, data) as Bytes;
}

/** HKDF-SHA-256 (RFC 5869): `length` bytes, at most 8160, of `ikm`. */
export function hkdf(params: { ikm: Uint8Array; salt: Uint8Array; info: Uint8Array; length: number }): Bytes {
  return nobleHkdf(nobleSha256, params.ikm, params.salt, params.info, params.length) as Bytes;
}
