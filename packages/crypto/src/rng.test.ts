import type { Bytes } from '@seal-chat/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bufferedRng } from './rng.ts';

/** Fills with 32-bit words that never come again. */
function countingFill(): { readonly fill: (bytes: Bytes) => void; readonly filled: Bytes[] } {
  let next = 1;
  const filled: Bytes[] = [];
  const fill = (bytes: Bytes) => {
    filled.push(bytes);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    for (let i = 0; i < words.length; i++) words[i] = next++;
  };
  return { fill, filled };
}

describe('bufferedRng', () => {
  it('hands out what it was asked for, and nothing twice', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 60 }), (lengthsInWords) => {
        const rng = bufferedRng(countingFill().fill);
        const drawn = lengthsInWords.map((words) => rng(4 * words));
        expect(drawn.map(({ length }) => length)).toEqual(lengthsInWords.map((words) => 4 * words));
        const words = drawn.flatMap((bytes) => [...new Uint32Array(bytes.buffer)]);
        expect(new Set(words).size).toBe(words.length);
        expect(words).not.toContain(0);
      }),
    );
  });

  it('asks for many bytes at a time and keeps no copy of what it handed out', () => {
    const { fill, filled } = countingFill();
    const rng = bufferedRng(fill);
    const first = rng(24);
    for (let i = 0; i < 20; i++) rng(24);
    expect(filled).toHaveLength(1);
    expect(first.some((byte) => byte !== 0)).toBe(true);
    expect(filled[0]!.slice(0, 21 * 24).every((byte) => byte === 0)).toBe(true);
  });
});
