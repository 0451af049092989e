import { expect, it } from 'vitest';
import { doorPskId, isDoorPskId } from './door-psks.ts';

it('the PSK of a door is known by its kind, its door, its epoch and the length of its nonce', () => {
  const nonce = new Uint8Array(32).fill(1);
  const made = doorPskId('welcome', 5n, nonce);
  const expected = { door: 'welcome', epoch: 5n, nonceLength: 32 } as const;
  expect(isDoorPskId(made, expected)).toBe(true);
  expect(isDoorPskId(made, { ...expected, door: 'external' })).toBe(false);
  for (const epoch of [4n, 6n, 5n + 2n ** 32n]) expect(isDoorPskId(made, { ...expected, epoch })).toBe(false);
  for (const nonceLength of [31, 33, 48]) expect(isDoorPskId(made, { ...expected, nonceLength })).toBe(false);
  expect(isDoorPskId({ ...made, psktype: 'resumption' } as never, expected)).toBe(false);
  expect(isDoorPskId({ ...made, pskId: new Uint8Array(0) } as never, expected)).toBe(false);
});
