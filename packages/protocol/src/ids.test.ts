import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes } from '../test/codec-properties.ts';
import { ID_PATTERN, idFromBytes, idToBytes, newId, type UserId } from './ids.ts';

describe('ids', () => {
  it('have one text for 16 bytes and back', () => {
    fc.assert(
      fc.property(bytes(16), (value) => {
        const id = idFromBytes<UserId>(value);
        expect(id).toMatch(ID_PATTERN);
        expect(idToBytes(id)).toEqual(value);
      }),
    );
  });

  it('are version 4 UUIDs of the random bytes given, which stay as they were', () => {
    fc.assert(
      fc.property(bytes(16), (random) => {
        const before = random.slice();
        const id = newId<UserId>(random);
        expect(random).toEqual(before);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        const kept = idToBytes(id);
        for (const i of [0, 5, 7, 9, 15]) expect(kept[i]).toBe(random[i]);
      }),
    );
  });

  it('sort as their bytes do, which device lists rely on', () => {
    fc.assert(
      fc.property(bytes(16), bytes(16), (a, b) => {
        const [textA, textB] = [idFromBytes<UserId>(a), idFromBytes<UserId>(b)];
        expect(Math.sign(Buffer.compare(a, b))).toBe(textA < textB ? -1 : textA > textB ? 1 : 0);
      }),
    );
  });

  it('are refused in any other spelling', () => {
    const good = '01234567-89ab-4cde-8f01-23456789abcd';
    expect(idToBytes(good as UserId)).toHaveLength(16);
    for (const text of [
      good.toUpperCase(),
      good.replaceAll('-', ''),
      `{${good}}`,
      `${good}\n`,
      ` ${good}`,
      good.slice(1),
      '',
    ]) {
      expect(() => idToBytes(text as UserId)).toThrow(RangeError);
    }
    for (const length of [0, 15, 17]) {
      expect(() => idFromBytes(new Uint8Array(length))).toThrow(RangeError);
      expect(() => newId(new Uint8Array(length))).toThrow(RangeError);
    }
  });
});
