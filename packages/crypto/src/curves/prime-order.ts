import { asKey, constantTimeEqual, fromHex, type DhPublicKey } from '@seal-chat/protocol';
import type { DhKeyPair } from '../keys.ts';
import { isCanonicalDhKey, isSmallOrderDhKey } from './canonical.ts';
import type { Curves } from './curves.ts';

/**
 * The scalar 5 L - 1, L being the order of the base point: -1 to a point of order L, and as it is a multiple of 8 with
 * bit 254 set, X25519 takes it as it is (RFC 7748 §5). It is no secret, and the public half is never looked at.
 */
const MINUS_ONE: DhKeyPair = {
  privateKey: asKey(fromHex('a023cdd083ef5bb82f10d62e59e15a6800000000000000000000000000000050')),
  publicKey: asKey(new Uint8Array(32)),
};

/**
 * Tells whether `key` is the canonical u-coordinate of a point of order L: on the curve, not on its twist, and without a
 * part of small order. X25519 clears such parts, so that eight different keys give one secret; a key that identifies
 * something must be the one honest encoding (PQXDH: libsignal's `is_canonical`).
 *
 * X25519 by 5 L - 1 gives a point of order L its own u-coordinate again. One with a part of small order loses that
 * part, which makes it another point; and 5 L - 1 is neither 1 nor -1 to the order of a point of the twist.
 */
export async function isPrimeOrderDhKey(curves: Pick<Curves, 'rawDh'>, key: DhPublicKey): Promise<boolean> {
  if (!isCanonicalDhKey(key) || isSmallOrderDhKey(key)) return false;
  return constantTimeEqual(await curves.rawDh(MINUS_ONE, key), key);
}
