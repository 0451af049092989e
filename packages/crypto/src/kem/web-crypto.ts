import { asKey, type Bytes } from '@seal-chat/protocol';
import { KEM_SEED_LENGTH, checkDecapsulation, checkKemPublicKey, type Kem } from './kem.ts';
import { expectLength } from '../expect-length.ts';

const ALGORITHM = { name: 'ML-KEM-768' };

/**
 * The part of WebCrypto's `SubtleCrypto` that ML-KEM needs ("Modern Algorithms in the Web Cryptography API").
 * Chromium has it; the type libraries of browsers and Node do not yet.
 */
export interface KemSubtle {
  importKey(
    format: 'raw-seed' | 'raw-public',
    key: Bytes,
    algorithm: { name: string },
    extractable: boolean,
    usages: ('encapsulateBits' | 'decapsulateBits')[],
  ): Promise<object>;
  getPublicKey(privateKey: object, usages: 'encapsulateBits'[]): Promise<object>;
  exportKey(format: 'raw-public', key: object): Promise<ArrayBuffer>;
  encapsulateBits(
    algorithm: { name: string },
    publicKey: object,
  ): Promise<{ readonly sharedKey: ArrayBuffer; readonly ciphertext: ArrayBuffer }>;
  decapsulateBits(algorithm: { name: string }, privateKey: object, ciphertext: Bytes): Promise<ArrayBuffer>;
}

/** Makes ML-KEM-768 by WebCrypto. Encapsulation draws its randomness from the engine. */
export function webCryptoKem(subtle: KemSubtle): Kem {
  return {
    async publicKey(seed) {
      expectLength('KEM seed', seed, KEM_SEED_LENGTH);
      const key = await subtle.importKey('raw-seed', seed, ALGORITHM, false, ['decapsulateBits']);
      const publicKey = await subtle.getPublicKey(key, ['encapsulateBits']);
      return asKey(new Uint8Array(await subtle.exportKey('raw-public', publicKey)));
    },

    async encapsulate(publicKey) {
      checkKemPublicKey(publicKey);
      const key = await subtle.importKey('raw-public', publicKey, ALGORITHM, false, ['encapsulateBits']);
      const { sharedKey, ciphertext } = await subtle.encapsulateBits(ALGORITHM, key);
      return { sharedSecret: asKey(new Uint8Array(sharedKey)), ciphertext: new Uint8Array(ciphertext) };
    },

    async decapsulate(seed, ciphertext) {
      checkDecapsulation(seed, ciphertext);
      const key = await subtle.importKey('raw-seed', seed, ALGORITHM, false, ['decapsulateBits']);
      return asKey(new Uint8Array(await subtle.decapsulateBits(ALGORITHM, key, ciphertext)));
    },
  };
}
