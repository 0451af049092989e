import type { Bytes } from '@seal-chat/protocol';
import { hkdfExpand, hmac, sha256 } from '../kdf.ts';

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
  expand: (prk, info, length) => hkdfExpand({ prk, info: [info], length }),
};
