import { KEM_CIPHERTEXT_LENGTH, KEM_KEY_LENGTH, SealError, type Bytes, type KemPublicKey } from '@seal-chat/protocol';
import { expectLength } from '../expect-length.ts';
import type { KemSecret, KemSeed } from '../keys.ts';

/**
 * ML-KEM-768 (FIPS 203). A private key is kept as its 64-byte seed d || z: every implementation can expand it, and a
 * device keeps hundreds of them.
 */
export interface Kem {
  /** The encapsulation key, 1184 bytes, of a seed. */
  publicKey(seed: KemSeed): Promise<KemPublicKey>;
  /**
   * A fresh 32-byte secret and its 1088-byte ciphertext for `publicKey`. Randomness comes from the implementation's
   * own generator where it cannot be handed in.
   * @throws SealError MALFORMED when the key has a wrong length or a coefficient at or above q (FIPS 203 §7.2).
   */
  encapsulate(publicKey: KemPublicKey): Promise<{ readonly sharedSecret: KemSecret; readonly ciphertext: Bytes }>;
  /**
   * The secret of a ciphertext, 32 bytes. A ciphertext that was not made for this key gives a pseudorandom secret
   * rather than an error (FIPS 203 §6.3, implicit rejection).
   * @throws SealError MALFORMED on a wrong length.
   */
  decapsulate(seed: KemSeed, ciphertext: Bytes): Promise<KemSecret>;
}

/** Bytes of a private key's seed d || z. */
export const KEM_SEED_LENGTH = 64;

const Q = 3329;
const RHO_LENGTH = 32;

/**
 * Checks an encapsulation key.
 * @throws SealError MALFORMED unless `publicKey` has the length and the reduced
 * coefficients of FIPS 203 §7.2.
 */
export function checkKemPublicKey(publicKey: Bytes): void {
  expectLength('KEM public key', publicKey, KEM_KEY_LENGTH);
  for (let i = 0; i < KEM_KEY_LENGTH - RHO_LENGTH; i += 3) {
    const low = publicKey[i]! | ((publicKey[i + 1]! & 0x0f) << 8);
    const high = (publicKey[i + 1]! >> 4) | (publicKey[i + 2]! << 4);
    if (low >= Q || high >= Q) throw new SealError('MALFORMED', 'KEM public key: coefficient out of range');
  }
}

/** Checks the lengths of a seed and a ciphertext. @throws SealError MALFORMED on another length than 64 and 1088. */
export function checkDecapsulation(seed: Bytes, ciphertext: Bytes): void {
  expectLength('KEM seed', seed, KEM_SEED_LENGTH);
  expectLength('KEM ciphertext', ciphertext, KEM_CIPHERTEXT_LENGTH);
}
