import { expect, it } from 'vitest';
import { durationLabel } from './duration.ts';

it('says a duration in the longest unit that divides it', () => {
  expect([1, 300, 5_400, 3_600, 86_400, 604_800, 2_419_200].map((seconds) => durationLabel(seconds, 'en'))).toEqual([
    '1 second',
    '5 minutes',
    '90 minutes',
    '1 hour',
    '1 day',
    '1 week',
    '4 weeks',
  ]);
  expect(durationLabel(604_800, 'de')).toBe('1 Woche');
  expect(durationLabel(0, 'en')).toBe('0 seconds');
});
