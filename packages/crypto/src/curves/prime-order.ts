import { isCanonicalDhKey } from './canonical.ts';

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const MASK = 2n ** 255n - 1n;
/** (A - 2) / 4 of curve25519. */
const A24 = 121665n;

/**
 * Tells whether the canonical u-coordinate `key` is that of a point of order L: on the curve, not on its twist, and
 * without a part of small order. X25519 clears such parts, so that eight different keys give one secret; a key that
 * identifies something must be the one honest encoding (PQXDH: libsignal's `is_canonical`).
 *
 * Multiplies by L with the Montgomery ladder of RFC 7748 §5 and asks for the point at infinity. About 1 ms, variable
 * time: for public keys only.
 */
export function isPrimeOrderDhKey(key: Uint8Array): boolean {
  if (!isCanonicalDhKey(key)) return false;
  const u = key.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  if (u === 0n) return false;
  let [x2, z2, x3, z3] = [1n, 0n, u, 1n];
  for (let t = 252n; t >= 0n; t--) {
    const isSet = (L >> t) & 1n;
    if (isSet === 1n) [x2, z2, x3, z3] = [x3, z3, x2, z2];
    const [sum, difference] = [x2 + z2, x2 - z2];
    const [aa, bb] = [reduce(sum * sum), reduce(difference * difference)];
    const e = aa - bb;
    const da = (x3 - z3) * sum;
    const cb = (x3 + z3) * difference;
    [x3, z3] = [reduce((da + cb) ** 2n), reduce(u * reduce((da - cb) ** 2n))];
    [x2, z2] = [reduce(aa * bb), reduce(e * (aa + A24 * e))];
    if (isSet === 1n) [x2, z2, x3, z3] = [x3, z3, x2, z2];
  }
  return z2 % P === 0n;
}

/** A representative of `value` mod p of at most 256 bits: 2^255 = 19. */
function reduce(value: bigint): bigint {
  let rest = value;
  while (rest > MASK || rest < -MASK) rest = (rest & MASK) + 19n * (rest >> 255n);
  return rest;
}
