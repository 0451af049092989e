import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { asKey, constantTimeEqual, wipe, type Bytes } from '@seal-chat/protocol';
import { expectLength } from '../expect-length.ts';
import type { KemSecret } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { KEM_SEED_LENGTH, checkDecapsulation, checkKemPublicKey, type Kem } from './kem.ts';

/**
 * Makes ML-KEM-768 in JavaScript. Loaded by `selectKem` only where WebCrypto has none: it is a tenth of the code size.
 */
export function nobleKem(rng: Rng): Kem {
  /**
   * The pair that was expanded last: a new epoch's key is made, and a few messages later its ciphertext comes. To expand
   * it again would be a fifth of what an epoch costs.
   */
  let last: { readonly seed: Bytes; readonly secretKey: Uint8Array } | null = null;

  function forget(): void {
    if (last !== null) wipe(last.seed, last.secretKey);
    last = null;
  }

  return {
    async publicKey(seed) {
      expectLength('KEM seed', seed, KEM_SEED_LENGTH);
      const { publicKey, secretKey } = ml_kem768.keygen(seed);
      forget();
      last = { seed: Uint8Array.from(seed), secretKey };
      return asKey(publicKey);
    },

    async encapsulate(publicKey) {
      checkKemPublicKey(publicKey);
      const message = rng(32);
      const { sharedSecret, cipherText } = ml_kem768.encapsulate(publicKey, message);
      wipe(message);
      return { sharedSecret: takeSecret(sharedSecret), ciphertext: cipherText };
    },

    async decapsulate(seed, ciphertext) {
      checkDecapsulation(seed, ciphertext);
      const isLast = last !== null && constantTimeEqual(last.seed, seed);
      const secretKey = isLast ? last!.secretKey : ml_kem768.keygen(seed).secretKey;
      const sharedSecret = ml_kem768.decapsulate(ciphertext, secretKey);
      wipe(secretKey);
      if (isLast) forget();
      return takeSecret(sharedSecret);
    },
  };
}

/** A secret in a buffer of its own: noble's is a view into a larger one. */
function takeSecret(view: Uint8Array): KemSecret {
  const secret = asKey<KemSecret>(Uint8Array.from(view));
  wipe(view);
  return secret;
}
