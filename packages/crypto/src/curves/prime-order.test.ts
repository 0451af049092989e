import type { Bytes } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { curves } from '../../test/accounts.ts';
import { seededRng } from '../../test/rng.ts';
import { isPrimeOrderDhKey } from './prime-order.ts';

const P = 2n ** 255n - 19n;
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

const toInteger = (bytes: Uint8Array) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
const littleEndian = (value: bigint): Bytes =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));

const SMALL: readonly Point[] = [
  [0n, 0n],
  lift(1n)!,
  lift(325606250916557431795983626356110631294008115727848805560023387167927233504n)!,
  lift(39382357235489614581723060781553021112529911719440698176882885853963445705823n)!,
];

describe('isPrimeOrderDhKey', () => {
  it('accepts honest keys and refuses each with a part of small order, although X25519 does not tell them apart', async () => {
    const rng = seededRng('honest');
    const own = await curves.dhKeyPair(rng(32));
    for (let i = 0; i < 6; i++) {
      const { publicKey } = await curves.dhKeyPair(rng(32));
      expect(isPrimeOrderDhKey(publicKey)).toBe(true);
      for (const small of SMALL) {
        const torsioned = littleEndian(add(lift(toInteger(publicKey))!, small)[0]);
        expect(isPrimeOrderDhKey(torsioned)).toBe(false);
        expect(await curves.rawDh(own, torsioned)).toEqual(await curves.rawDh(own, publicKey));
      }
    }
  });

  it('refuses points of small order, of the twist, and encodings that are not canonical', () => {
    for (const [u] of SMALL) expect(isPrimeOrderDhKey(littleEndian(u))).toBe(false);
    const twist = Array.from({ length: 40 }, (_, i) => BigInt(i + 2)).filter((u) => lift(u) === null);
    expect(twist.length).toBeGreaterThan(5);
    for (const u of twist) expect(isPrimeOrderDhKey(littleEndian(u))).toBe(false);
    expect(isPrimeOrderDhKey(littleEndian(9n))).toBe(true);
    expect(isPrimeOrderDhKey(littleEndian(9n + P))).toBe(false);
    expect(isPrimeOrderDhKey(littleEndian(9n + 2n ** 255n))).toBe(false);
    expect(isPrimeOrderDhKey(new Uint8Array(31))).toBe(false);
  });
});
