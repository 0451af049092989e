import type { Bytes } from '@seal-chat/protocol';

/** Curve25519 in affine coordinates with big integers, to make the keys that an attacker would make. */

/** p = 2^255 - 19 */
export const P = 2n ** 255n - 19n;
const A = 486662n;
const mod = (value: bigint) => ((value % P) + P) % P;
const power = (base: bigint, exponent: bigint): bigint => {
  let [result, square] = [1n, mod(base)];
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
};
const inverse = (value: bigint) => power(value, P - 2n);
/** A square root, or null (p = 5 mod 8). */
const root = (value: bigint): bigint | null => {
  const candidate = power(value, (P + 3n) / 8n);
  const roots = [candidate, mod(candidate * power(2n, (P - 1n) / 4n))];
  return roots.find((each) => mod(each * each - value) === 0n) ?? null;
};

type Point = readonly [u: bigint, v: bigint];
/** The point with that u, or null when u is on the twist. */
const lift = (u: bigint): Point | null => {
  const v = root(mod(u * (u * u + A * u + 1n)));
  return v === null ? null : [u, v];
};
/** Affine addition on v^2 = u^3 + A u^2 + u, for points that are neither equal nor opposite. */
const add = ([u1, v1]: Point, [u2, v2]: Point): Point => {
  const slope = mod((v2 - v1) * inverse(u2 - u1));
  const u3 = mod(slope * slope - A - u1 - u2);
  return [u3, mod(slope * (u1 - u3) - v1)];
};

export const toInteger = (bytes: Uint8Array) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
export const littleEndian = (value: bigint): Bytes =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));

/** The points of order 2, 4 and 8, up to sign. */
export const SMALL_ORDER: readonly Point[] = [
  [0n, 0n],
  lift(1n)!,
  lift(325606250916557431795983626356110631294008115727848805560023387167927233504n)!,
  lift(39382357235489614581723060781553021112529911719440698176882885853963445705823n)!,
];

export const isOnCurve = (u: bigint): boolean => lift(u) !== null;

/** Another public key with which every X25519 secret is the same. */
export function withTorsion(publicKey: Bytes, small: Point): Bytes {
  return littleEndian(add(lift(toInteger(publicKey))!, small)[0]);
}
