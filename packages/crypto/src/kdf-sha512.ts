import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from '@seal-chat/protocol';

/** The SHA-512 siblings of kdf.ts. Apart from it, so that a page that needs only SHA-256 does not carry both. */

/** Computes HMAC-SHA-512 (RFC 2104), 64 bytes. */
export function hmacSha512(key: Uint8Array, data: Uint8Array): Bytes {
  return hmac(sha512, key, data);
}

/** Computes HKDF-SHA-512 (RFC 5869): `length` bytes, at most 16,320, of `ikm`. */
export function hkdfSha512(params: {
  readonly ikm: Uint8Array;
  readonly salt: Uint8Array;
  readonly info: Uint8Array;
  readonly length: number;
}): Bytes {
  return hkdf(sha512, params.ikm, params.salt, params.info, params.length);
}
