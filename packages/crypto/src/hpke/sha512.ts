import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { hmacSha512 } from '../kdf-sha512.ts';
import type { HashFamily } from './hashes.ts';

/** SHA-512 and what is made of it. Apart, as few channels need it. */
export const sha512Family: HashFamily = {
  size: 64,
  digest: (data) => sha512(data),
  hmac: hmacSha512,
  extract: (salt, ikm) => extract(sha512, ikm, salt),
  expand: (prk, info, length) => expand(sha512, prk, info, length),
};
