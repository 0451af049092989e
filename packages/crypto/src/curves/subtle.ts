import type { Bytes } from '@seal-chat/protocol';

/**
 * The part of WebCrypto's `SubtleCrypto` this package uses, written down here because the package is compiled without
 * DOM types. `globalThis.crypto.subtle` fits, in browsers and in Node. Keys are opaque handles.
 */
export interface Subtle {
  generateKey(
    algorithm: { name: string },
    extractable: boolean,
    usages: ('deriveBits' | 'sign' | 'verify')[],
  ): Promise<{ readonly publicKey: object; readonly privateKey: object } | object>;
  importKey(
    format: 'raw' | 'pkcs8',
    key: Bytes,
    algorithm: { name: string },
    extractable: boolean,
    usages: ('sign' | 'verify' | 'deriveBits')[],
  ): Promise<object>;
  exportKey(format: 'raw' | 'pkcs8', key: object): Promise<ArrayBuffer>;
  deriveBits(algorithm: { name: string; public: object }, key: object, bits: number): Promise<ArrayBuffer>;
  sign(algorithm: { name: string }, key: object, data: Bytes): Promise<ArrayBuffer>;
  verify(algorithm: { name: string }, key: object, signature: Bytes, data: Bytes): Promise<boolean>;
}
