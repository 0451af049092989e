import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealError } from '@seal-chat/protocol';
import { pad, paddedLength, padmeLength, unpad } from './padding.ts';

describe('padding', () => {
  it('rounds as Padmé does', () => {
    // Worked by hand from the definition: 9 = 1001b keeps 3 + 1 bits, 1000 keeps 4 of its 9 low bits, and so on.
    const known: [number, number][] = [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [8, 8],
      [9, 10],
      [33, 36],
      [200, 208],
      [1000, 1024],
      [1025, 1088],
      [65_536, 65_536],
      [65_537, 67_584],
    ];
    for (const [length, padded] of known) expect(padmeLength(length), `${length}`).toBe(padded);
  });

  it('never shrinks, costs at most 12 %, and leaves few lengths', () => {
    const lengths = new Set<number>();
    for (let length = 252; length < 20_000; length++) {
      const padded = paddedLength(length - 4);
      expect(padded).toBeGreaterThanOrEqual(length);
      expect(padded).toBeLessThanOrEqual(Math.max(256, length * 1.12));
      lengths.add(padded);
    }
    expect(lengths.size).toBeLessThan(110);
  });

  it('round-trips, and short contents look alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        const content = Uint8Array.from(bytes);
        expect(unpad(pad(content))).toEqual(content);
      }),
    );
    for (const length of [0, 1, 100, 252]) expect(pad(new Uint8Array(length))).toHaveLength(256);
  });

  it('accepts nothing that it would not make', () => {
    const content = Uint8Array.from({ length: 301 }, (_, i) => i);
    const padded = pad(content);
    const refused = (change: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>) => {
      let code = 'accepted';
      try {
        unpad(change(padded.slice()));
      } catch (error) {
        code = isSealError(error) ? error.code : 'another error';
      }
      expect(code).toBe('MALFORMED');
    };
    refused((bytes) => bytes.slice(0, -1));
    refused((bytes) => Uint8Array.of(...bytes, 0));
    refused((bytes) => Uint8Array.of(...bytes.slice(0, -1), 1));
    refused((bytes) => Uint8Array.of(0, 0, 0, 100, ...bytes.slice(4)));
    refused((bytes) => Uint8Array.of(0xff, 0xff, 0xff, 0xff, ...bytes.slice(4)));
    refused(() => new Uint8Array(3));
    refused(() => new Uint8Array(0));
  });
});
