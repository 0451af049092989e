import { expect, test } from 'vitest';
import { complaintAbout } from './fitness.ts';

const FIT = { version: 140_000, time: 100_000, askedAt: 99_000, answeredAt: 101_000 };

test('the oldest PostgreSQL that Seal supports is fit, and clocks that differ by 30 s', () => {
  expect(complaintAbout(FIT)).toBeNull();
  expect(complaintAbout({ ...FIT, time: 131_000 })).toBeNull();
  expect(complaintAbout({ ...FIT, time: 69_000 })).toBeNull();
});

test('an older one is not', () => {
  expect(complaintAbout({ ...FIT, version: 130_022 })).toBe('is PostgreSQL 13; Seal needs 14 or later');
});

test('clocks that differ by more are named with the difference and its direction', () => {
  expect(complaintAbout({ ...FIT, time: 141_000 })).toMatch(/^has a clock 40 s ahead of this machine/);
  expect(complaintAbout({ ...FIT, time: 19_000 })).toMatch(/^has a clock 80 s behind this machine/);
});
