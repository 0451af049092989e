import { toHex, type Bytes } from '@seal-chat/protocol';

/**
 * Checks of public encodings. They look at public bytes only, so they may take a time that depends on them.
 * All integers of the curves are little-endian.
 */

const FIELD = 2n ** 255n - 19n;
/** p = 2^255 - 19, the field of both curves. */
const P: Bytes = littleEndian(FIELD);
/** L = 2^252 + 27742317777372353535851937790883648493, the order of the base point. */
const L: Bytes = littleEndian(2n ** 252n + 27742317777372353535851937790883648493n);

/** A y coordinate of order 8 on edwards25519: a root of d y^4 + 2 y^2 = 1. The other root is its negative. */
const Y_ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

/** y coordinates of the eight points of small order: of order 4, 1, 2 and twice 8. */
const SMALL_ORDER_Y: ReadonlySet<string> = new Set(
  [0n, 1n, FIELD - 1n, Y_ORDER_8, FIELD - Y_ORDER_8].map((y) => toHex(littleEndian(y))),
);

/** u-coordinates, on curve25519 and its twist, whose multiples by a clamped scalar are all zero: 0, 1, order 8, -1. */
const SMALL_ORDER_U: ReadonlySet<string> = new Set([
  ...[0n, 1n, FIELD - 1n, FIELD, FIELD + 1n].map((u) => toHex(littleEndian(u))),
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
]);

/** Tells whether X25519 with `key` gives all zeros, whatever the private key. */
export function isSmallOrderDhKey(key: Uint8Array): boolean {
  return SMALL_ORDER_U.has(toHex(withoutSign(key)));
}

/** Tells whether `key` is a u-coordinate below p with the unused top bit clear (RFC 7748 §5 accepts more). */
export function isCanonicalDhKey(key: Uint8Array): boolean {
  return key.length === 32 && isBelow(key, P);
}

/**
 * Makes the checks of RFC 8032 §5.1.7 and of "Taming the many EdDSAs" that implementations disagree about: S < L, R and
 * the public key below p, public key not of small order. What is left for `verify` is the group equation.
 */
export function hasStrictEncoding(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const y = withoutSign(publicKey);
  const r = withoutSign(signature.subarray(0, 32));
  return isBelow(signature.subarray(32), L) && isBelow(r, P) && isBelow(y, P) && !SMALL_ORDER_Y.has(toHex(y));
}

/** A point's y coordinate, the encoding without the sign of x in its top bit; of a u-coordinate the bits that count. */
function withoutSign(point: Uint8Array): Bytes {
  const y = Uint8Array.from(point);
  y[31] = y[31]! & 0x7f;
  return y;
}

function isBelow(value: Uint8Array, limit: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    if (value[i]! !== limit[i]!) return value[i]! < limit[i]!;
  }
  return false;
}

function littleEndian(value: bigint): Bytes {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
