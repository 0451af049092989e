import { expect, it } from 'vitest';
import { percentLabel, sizeLabel, timeCode } from './size.ts';

it('says how large a file is in the unit that fits', () => {
  expect([0, 1, 999].map((bytes) => sizeLabel(bytes, 'en'))).toEqual(['0 bytes', '1 byte', '999 bytes']);
  expect([1_000, 1_450_000, 60_000_000, 1.1 * 10 ** 12].map((bytes) => sizeLabel(bytes, 'en'))).toEqual([
    '1 kB',
    '1.5 MB',
    '60 MB',
    '1.1 TB',
  ]);
  expect(sizeLabel(1_450_000, 'de')).toBe('1,5 MB');
});

it('says times and parts', () => {
  expect([0, 999, 59_600, 61_000, 3_600_000].map(timeCode)).toEqual(['0:00', '0:01', '1:00', '1:01', '60:00']);
  expect(percentLabel(0.425, 'en')).toBe('43%');
});
