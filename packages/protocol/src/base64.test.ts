import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Length, fromBase64, toBase64 } from './base64.ts';

describe('base64url', () => {
  it('round-trips any bytes, as Node does it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(text).toHaveLength(base64Length(bytes.length));
        expect(fromBase64(text)).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it('accepts no second spelling of the same bytes', () => {
    for (const text of ['AB', 'AAB', 'AA==', 'A', 'AA AA', 'AA+/', 'ÄÄÄÄ']) expect(fromBase64(text)).toBeNull();
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const bytes = fromBase64(text);
        if (bytes !== null) expect(toBase64(bytes)).toBe(text);
      }),
    );
  });
});
