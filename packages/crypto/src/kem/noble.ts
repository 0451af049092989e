import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { asKey, wipe } from '@seal-chat/protocol';
import { expectLength } from '../expect-length.ts';
import type { KemSecret } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { KEM_SEED_LENGTH, checkDecapsulation, checkKemPublicKey, type Kem } from './kem.ts';

/**
 * Makes ML-KEM-768 in JavaScript. Loaded by `selectKem` only where WebCrypto has none: it is a tenth of the code size.
 */
export function nobleKem(rng: Rng): Kem {
  return {
    async publicKey(seed) {
      expectLength('KEM seed', seed, KEM_SEED_LENGTH);
      const { publicKey, secretKey } = ml_kem768.keygen(seed);
      wipe(secretKey);
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
      const { secretKey } = ml_kem768.keygen(seed);
      const sharedSecret = ml_kem768.decapsulate(ciphertext, secretKey);
      wipe(secretKey);
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
