import { SealError } from '@seal-chat/protocol';
import type { CiphersuiteName } from 'ts-mls/crypto/ciphersuite.js';
import type { KdfAlgorithm } from 'ts-mls/crypto/kdf.js';
import type { KemAlgorithm } from 'ts-mls/crypto/kem.js';
import { X25519_SUITE } from './x25519-suite.ts';

/** What the engine must know of a ciphersuite (RFC 9420 §5.1). Signatures are Ed25519, AEAD is ChaCha20-Poly1305. */
export interface Suite {
  readonly id: number;
  readonly name: CiphersuiteName;
  readonly kem: Extract<KemAlgorithm, 'DHKEM-X25519-HKDF-SHA256' | 'X-Wing'>;
  readonly kdf: Extract<KdfAlgorithm, 'HKDF-SHA256' | 'HKDF-SHA512'>;
  readonly hash: 'SHA-256' | 'SHA-512';
}

/** X-Wing with ChaCha20-Poly1305, SHA-512 and Ed25519: hybrid post-quantum. A private number, as none is assigned. */
const XWING_SUITE = 84;

const TABLE: readonly Suite[] = [
  {
    id: X25519_SUITE,
    name: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
    kem: 'DHKEM-X25519-HKDF-SHA256',
    kdf: 'HKDF-SHA256',
    hash: 'SHA-256',
  },
  {
    id: XWING_SUITE,
    name: 'MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519',
    kem: 'X-Wing',
    kdf: 'HKDF-SHA512',
    hash: 'SHA-512',
  },
];

/** Numbers of the ciphersuites a channel may have. */
export const SUITES: readonly number[] = TABLE.map(({ id }) => id);

/** The ciphersuite of new channels; the README has the measurements behind the choice. */
export const DEFAULT_SUITE: number = X25519_SUITE;

/** Finds a ciphersuite by its number. @throws SealError UNSUPPORTED_VERSION when this build has no such ciphersuite */
export function suiteOf(id: number): Suite {
  const suite = TABLE.find((entry) => entry.id === id);
  if (suite === undefined) throw new SealError('UNSUPPORTED_VERSION', `mls: unknown ciphersuite ${id}`);
  return suite;
}

/**
 * Finds a ciphersuite by the name that the library has for it.
 * @throws SealError UNSUPPORTED_VERSION when this build
 * has no such ciphersuite
 */
export function suiteNamed(name: string): Suite {
  const suite = TABLE.find((entry) => entry.name === name);
  if (suite === undefined) throw new SealError('UNSUPPORTED_VERSION', `mls: unknown ciphersuite ${name}`);
  return suite;
}
