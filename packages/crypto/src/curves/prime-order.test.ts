import { describe, expect, it } from 'vitest';
import { curves } from '../../test/accounts.ts';
import { P, SMALL_ORDER, isOnCurve, littleEndian, withTorsion } from '../../test/montgomery.ts';
import { seededRng } from '../../test/rng.ts';
import { isPrimeOrderDhKey } from './prime-order.ts';
import { asKey } from '@seal-chat/protocol';

describe('isPrimeOrderDhKey', () => {
  it('accepts honest keys and refuses each with a part of small order, although X25519 does not tell them apart', async () => {
    const rng = seededRng('honest');
    const own = await curves.dhKeyPair(asKey(rng(32)));
    for (let i = 0; i < 6; i++) {
      const { publicKey } = await curves.dhKeyPair(asKey(rng(32)));
      expect(await isPrimeOrderDhKey(curves, publicKey)).toBe(true);
      for (const small of SMALL_ORDER) {
        const torsioned = withTorsion(publicKey, small);
        expect(await isPrimeOrderDhKey(curves, asKey(torsioned))).toBe(false);
        expect(await curves.rawDh(own, asKey(torsioned))).toEqual(await curves.rawDh(own, publicKey));
      }
    }
  });

  it('refuses points of small order, of the twist, and encodings that are not canonical', async () => {
    for (const [u] of SMALL_ORDER) expect(await isPrimeOrderDhKey(curves, asKey(littleEndian(u)))).toBe(false);
    const twist = Array.from({ length: 40 }, (_, i) => BigInt(i + 2)).filter((u) => !isOnCurve(u));
    expect(twist.length).toBeGreaterThan(5);
    for (const u of twist) expect(await isPrimeOrderDhKey(curves, asKey(littleEndian(u)))).toBe(false);
    expect(await isPrimeOrderDhKey(curves, asKey(littleEndian(9n)))).toBe(true);
    expect(await isPrimeOrderDhKey(curves, asKey(littleEndian(9n + P)))).toBe(false);
    expect(await isPrimeOrderDhKey(curves, asKey(littleEndian(9n + 2n ** 255n)))).toBe(false);
    expect(await isPrimeOrderDhKey(curves, asKey(new Uint8Array(31)))).toBe(false);
  });
});
