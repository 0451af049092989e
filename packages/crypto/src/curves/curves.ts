import { SealError, constantTimeEqual, wipe, type Bytes } from '@seal-chat/protocol';
import type { Rng } from '../rng.ts';
import { isCanonicalDhKey } from './canonical.ts';

/** A raw key pair of either curve. `privateKey` is the 32-byte seed it was made from. */
export interface KeyPair {
  readonly publicKey: Bytes;
  readonly privateKey: Bytes;
}

/**
 * X25519 (RFC 7748) and Ed25519 (RFC 8032) over raw 32-byte keys. Asynchronous because WebCrypto is.
 *
 * Private operations take the pair, an object that is never changed: an implementation may keep a handle for it as long
 * as the object lives. Keys and signatures of a wrong length throw MALFORMED, except in `verify`, which answers `false`.
 */
export interface Curves {
  /** The X25519 pair of 32 random bytes. */
  dhKeyPair(seed: Bytes): Promise<KeyPair>;
  /** A new X25519 pair, from `rng` or, where that is faster, from the engine's own generator. */
  newDhKeyPair(rng: Rng): Promise<KeyPair>;
  /** X25519 exactly as RFC 7748 §5 has it, low-order and non-canonical keys included. Callers want `dh`. */
  rawDh(own: KeyPair, peerPublicKey: Bytes): Promise<Bytes>;
  /** The Ed25519 pair of 32 random bytes. */
  signKeyPair(seed: Bytes): Promise<KeyPair>;
  /** Ed25519 signature, 64 bytes, deterministic. */
  sign(own: KeyPair, message: Bytes): Promise<Bytes>;
  /**
   * Whether `signature` is one. Strict: S < L, canonical encodings of the key and of R, no public key of small order.
   * Never throws on bad bytes.
   */
  verify(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean>;
}

const ZERO: Bytes = new Uint8Array(32);

/**
 * The one way the house computes a Diffie-Hellman secret (PQXDH §3.3, Double Ratchet §3.1).
 * @throws SealError LOW_ORDER_KEY when the public key is not canonical or the result is all zeros; MALFORMED on a
 * wrong length.
 */
export async function dh(curves: Curves, own: KeyPair, peerPublicKey: Bytes): Promise<Bytes> {
  if (peerPublicKey.length === 32 && !isCanonicalDhKey(peerPublicKey))
    throw new SealError('LOW_ORDER_KEY', 'dh: the public key is not canonical');
  const secret = await curves.rawDh(own, peerPublicKey);
  if (constantTimeEqual(secret, ZERO)) {
    wipe(secret);
    throw new SealError('LOW_ORDER_KEY', 'dh: the result is all zeros');
  }
  return secret;
}
