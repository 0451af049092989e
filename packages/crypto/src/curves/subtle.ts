import type { Bytes } from '@seal-chat/protocol';

/** The members of a JSON Web Key (RFC 8037) that an X25519 or Ed25519 key has. */
export interface OkpJwk {
  readonly kty?: string;
  readonly crv?: string;
  readonly d?: string;
  readonly x?: string;
}

/**
 * The part of WebCrypto's `SubtleCrypto` this package uses, written down here because the package is compiled without
 * DOM types. `globalThis.crypto.subtle` fits, in browsers and in Node. Keys are opaque handles.
 */
export interface Subtle {
  importKey(
    format: 'jwk',
    key: OkpJwk,
    algorithm: { name: string },
    extractable: boolean,
    usages: ('sign' | 'deriveBits')[],
  ): Promise<object>;
  importKey(
    format: 'raw' | 'pkcs8',
    key: Bytes,
    algorithm: { name: string },
    extractable: boolean,
    usages: ('sign' | 'verify' | 'deriveBits')[],
  ): Promise<object>;
  exportKey(format: 'jwk', key: object): Promise<OkpJwk>;
  deriveBits(algorithm: { name: string; public: object }, key: object, bits: number): Promise<ArrayBuffer>;
  sign(algorithm: { name: string }, key: object, data: Bytes): Promise<ArrayBuffer>;
  verify(algorithm: { name: string }, key: object, signature: Bytes, data: Bytes): Promise<boolean>;
}
