import { expect, test } from 'vitest';
import { readPatience } from './patience.mjs';

test.each([
  ['1 by default', {}, 1],
  ['4 in CI', { CI: 'true' }, 4],
  ['what SEAL_PATIENCE says, also in CI', { CI: 'true', SEAL_PATIENCE: '2.5' }, 2.5],
  ['1 when SEAL_PATIENCE is empty', { SEAL_PATIENCE: '' }, 1],
])('the factor for time limits is %s', (_case, environment, expected) => {
  expect(readPatience(environment)).toBe(expected);
});

test.each(['0', '-1', 'long', 'Infinity'])('SEAL_PATIENCE=%s is refused', (wanted) => {
  expect(() => readPatience({ SEAL_PATIENCE: wanted })).toThrow(`not "${wanted}"`);
});
