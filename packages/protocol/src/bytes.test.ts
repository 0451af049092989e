import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from './bytes.ts';

describe('hex', () => {
  it('agrees with another implementation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = Buffer.from(bytes).toString('hex');
        expect(toHex(bytes)).toBe(text);
        expect(fromHex(text)).toEqual(Uint8Array.from(bytes));
        expect(fromHex(text.toUpperCase())).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it('accepts 22 characters and no other', () => {
    const accepted = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter((character) => {
      try {
        return fromHex(`0${character}`).length === 1;
      } catch {
        return false;
      }
    });
    expect(accepted.join('')).toBe('0123456789ABCDEFabcdef');
  });

  it('refuses half a byte', () => {
    expect(() => fromHex('abc')).toThrow(RangeError);
  });
});
