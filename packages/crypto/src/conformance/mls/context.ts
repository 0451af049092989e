import { gcm } from '@noble/ciphers/aes.js';
import type { CiphersuiteImpl, CiphersuiteName } from 'ts-mls/crypto/ciphersuite.js';
import type { Curves } from '../../curves/curves.ts';
import { chaChaPoly, type Aead } from '../../hpke/aead.ts';
import { x25519Kem } from '../../mls/provider/dh-kem.ts';
import { sha256Family, type HashFamily } from '../../hpke/hashes.ts';
import { assemble } from '../../mls/provider/provider.ts';
import type { Rng } from '../../rng.ts';
import { asKey } from '@seal-chat/protocol';

/** What a test vector is run with: our provider, in the ciphersuite of the vector. */
export interface VectorContext {
  readonly suite: CiphersuiteImpl;
  readonly hash: HashFamily;
  readonly aead: Aead;
}

/** AES-128-GCM, which Seal does not use: vectors with it test everything else of ciphersuite 1. */
const aes128Gcm: Aead = {
  id: 1,
  keyLength: 16,
  nonceLength: 12,
  seal: (key, nonce, associatedData, plaintext) => gcm(key, nonce, associatedData).encrypt(plaintext),
  open: (key, nonce, associatedData, ciphertext) => gcm(key, nonce, associatedData).decrypt(ciphertext),
};

/** Ciphersuites by number that are made of what Seal has: X25519, Ed25519 and SHA-256. */
const SUITES: ReadonlyMap<number, { readonly name: CiphersuiteName; readonly aead: Aead }> = new Map([
  [1, { name: 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519', aead: aes128Gcm }],
  [3, { name: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519', aead: chaChaPoly }],
]);

/** Null for a ciphersuite whose curve or signature Seal does not have. */
export function contextFor(number: number, curves: Curves, rng: Rng): VectorContext | null {
  const found = SUITES.get(number);
  if (found === undefined) return null;
  const { name, aead } = found;
  const suite = assemble({
    name,
    aead,
    rng,
    hash: sha256Family,
    kdf: { id: 1, hash: sha256Family },
    kem: x25519Kem(curves, rng),
    signature: {
      sign: async (key, message) =>
        curves.sign(
          { privateKey: asKey(Uint8Array.from(key)), publicKey: asKey(new Uint8Array(32)) },
          Uint8Array.from(message),
        ),
      verify: async (key, message, signature) =>
        curves.verify(asKey(Uint8Array.from(key)), Uint8Array.from(message), Uint8Array.from(signature)),
      keygen: () => Promise.reject(new Error('no keys are made here')),
    },
  });
  return { suite, aead, hash: sha256Family };
}
