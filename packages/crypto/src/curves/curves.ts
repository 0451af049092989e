import {
  SealError,
  constantTimeEqual,
  wipe,
  type Bytes,
  type DhPublicKey,
  type SignPublicKey,
} from '@seal-chat/protocol';
import type { DhKeyPair, DhOutput, DhPrivateKey, SignKeyPair, SignSeed } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { isCanonicalDhKey } from './canonical.ts';

/**
 * X25519 (RFC 7748) and Ed25519 (RFC 8032) over raw 32-byte keys. Asynchronous because WebCrypto is.
 *
 * Private operations take the pair, an object that is never changed: an implementation may keep a handle for it as long
 * as the object lives. Keys and signatures of a wrong length throw MALFORMED, except in `verify`, which answers
 * `false`.
 */
export interface Curves {
  /** The X25519 pair of 32 random bytes. */
  dhKeyPair(seed: DhPrivateKey): Promise<DhKeyPair>;
  /** A new X25519 pair, from `rng` or, where that is faster, from the engine's own generator. */
  newDhKeyPair(rng: Rng): Promise<DhKeyPair>;
  /** X25519 exactly as RFC 7748 §5 has it, low-order and non-canonical keys included. Callers want `dh`. */
  rawDh(own: DhKeyPair, peerPublicKey: DhPublicKey): Promise<DhOutput>;
  /** The Ed25519 pair of 32 random bytes. */
  signKeyPair(seed: SignSeed): Promise<SignKeyPair>;
  /** A new Ed25519 pair, from `rng` or, where that is faster, from the engine's own generator. */
  newSignKeyPair(rng: Rng): Promise<SignKeyPair>;
  /** Ed25519 signature, 64 bytes, deterministic. */
  sign(own: SignKeyPair, message: Bytes): Promise<Bytes>;
  /**
   * Whether `signature` is one. Strict: S < L, canonical encodings of the key and of R, no public key of small order.
   * Never throws on bad bytes.
   */
  verify(publicKey: SignPublicKey, message: Bytes, signature: Bytes): Promise<boolean>;
}

const ZERO: Bytes = new Uint8Array(32);

/**
 * Computes a Diffie-Hellman secret (PQXDH §3.3, Double Ratchet §3.1). No other code of the house does.
 * @throws SealError LOW_ORDER_KEY when the public key is not canonical or the result is all zeros; MALFORMED on a
 * wrong length.
 */
export async function dh(curves: Curves, own: DhKeyPair, peerPublicKey: DhPublicKey): Promise<DhOutput> {
  if (peerPublicKey.length === 32 && !isCanonicalDhKey(peerPublicKey))
    throw new SealError('LOW_ORDER_KEY', 'dh: the public key is not canonical');
  const secret = await curves.rawDh(own, peerPublicKey);
  if (constantTimeEqual(secret, ZERO)) {
    wipe(secret);
    throw new SealError('LOW_ORDER_KEY', 'dh: the result is all zeros');
  }
  return secret;
}
