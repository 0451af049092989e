import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import {
  KEM_CIPHERTEXT_LENGTH,
  KEM_KEY_LENGTH,
  asKey,
  concatBytes,
  fromHex,
  wipe,
  type Bytes,
  type DhPublicKey,
} from '@seal-chat/protocol';
import { dh, type Curves } from '../curves/curves.ts';
import { expectLength } from '../expect-length.ts';
import { KEM_SEED_LENGTH, type Kem } from '../kem/kem.ts';
import type { DhOutput, KemSecret, KemSeed } from '../keys.ts';
import type { Rng } from '../rng.ts';
import type { HpkeKem, KemPrivateKey } from './kem.ts';

const KEM_ID = 0x647a;
const SEED_LENGTH = 32;
const X25519_LENGTH = 32;
/** The emblem `\./` over `/^\`. */
const LABEL: Bytes = fromHex('5c2e2f2f5e5c');

/**
 * Makes X-Wing, ML-KEM-768 with X25519 (draft-connolly-cfrg-xwing-kem §5): the secret is safe as long as one of the two
 * is. A private key is its 32-byte seed.
 */
export function xWingKem(input: { readonly curves: Curves; readonly mlKem: Kem; readonly rng: Rng }): HpkeKem {
  const { curves, mlKem, rng } = input;

  /** expandDecapsulationKey of §5.2. */
  async function expand(seed: Uint8Array) {
    expectLength('X-Wing private key', seed, SEED_LENGTH);
    const expanded = shake256(seed, { dkLen: KEM_SEED_LENGTH + X25519_LENGTH }) as Bytes;
    const mlSeed = asKey<KemSeed>(expanded.slice(0, KEM_SEED_LENGTH));
    const x = await curves.dhKeyPair(asKey(expanded.slice(KEM_SEED_LENGTH)));
    wipe(expanded);
    return { mlSeed, x };
  }

  async function fromSeed(seed: Uint8Array): Promise<KemPrivateKey> {
    const { mlSeed, x } = await expand(seed);
    const publicKey = concatBytes(await mlKem.publicKey(mlSeed), x.publicKey);
    wipe(mlSeed, x.privateKey);
    return { secret: Uint8Array.from(seed), publicKey };
  }

  return {
    id: KEM_ID,

    async generateKeyPair() {
      const seed = rng(SEED_LENGTH);
      const pair = await fromSeed(seed);
      wipe(seed);
      return pair;
    },

    async deriveKeyPair(ikm) {
      const seed = shake256(ikm, { dkLen: SEED_LENGTH });
      const pair = await fromSeed(seed);
      wipe(seed);
      return pair;
    },

    importPrivateKey: fromSeed,

    async encapsulate(publicKey) {
      expectLength('X-Wing public key', publicKey, KEM_KEY_LENGTH + X25519_LENGTH);
      const xPublicKey = asKey<DhPublicKey>(Uint8Array.from(publicKey.subarray(KEM_KEY_LENGTH)));
      const ephemeral = await curves.newDhKeyPair(rng);
      try {
        const ml = await mlKem.encapsulate(asKey(Uint8Array.from(publicKey.subarray(0, KEM_KEY_LENGTH))));
        const xSecret = await dh(curves, ephemeral, xPublicKey);
        return {
          sharedSecret: combine(ml.sharedSecret, xSecret, ephemeral.publicKey, xPublicKey),
          enc: concatBytes(ml.ciphertext, ephemeral.publicKey),
        };
      } finally {
        wipe(ephemeral.privateKey);
      }
    },

    async decapsulate({ secret, publicKey }, enc) {
      expectLength('X-Wing ciphertext', enc, KEM_CIPHERTEXT_LENGTH + X25519_LENGTH);
      const { mlSeed, x } = await expand(secret);
      try {
        const xCiphertext = asKey<DhPublicKey>(Uint8Array.from(enc.subarray(KEM_CIPHERTEXT_LENGTH)));
        const mlSecret = await mlKem.decapsulate(mlSeed, Uint8Array.from(enc.subarray(0, KEM_CIPHERTEXT_LENGTH)));
        const xSecret = await dh(curves, x, xCiphertext);
        return combine(mlSecret, xSecret, xCiphertext, publicKey.subarray(KEM_KEY_LENGTH));
      } finally {
        wipe(mlSeed, x.privateKey);
      }
    },
  };
}

/** Combiner of §5.3. Overwrites both secrets. */
function combine(mlSecret: KemSecret, xSecret: DhOutput, xCiphertext: Uint8Array, xPublicKey: Uint8Array): Bytes {
  const shared = sha3_256(concatBytes(mlSecret, xSecret, xCiphertext, xPublicKey, LABEL)) as Bytes;
  wipe(mlSecret, xSecret);
  return shared;
}
