import { expect, it } from 'vitest';
import { fromAnswer } from './errors.ts';

it('a server makes nobody wait for more than an hour, nor call again without a pause it named wrongly', () => {
  const wait = (retryAfterMs: unknown) => fromAnswer({ code: 'RATE_LIMITED', details: { retryAfterMs } })!.details;
  expect(wait(1_000)).toEqual({ retryAfterMs: 1_000 });
  for (const endless of [1e300, Infinity]) expect(wait(endless)).toEqual({ retryAfterMs: 3_600_000 });
  for (const wrong of [-1, Number.NaN, 'soon', null, {}]) expect(wait(wrong)).toEqual({});
});

it('details that are none, codes that are none, and those of a device itself, make no other error than the one of the answer', () => {
  for (const details of [null, undefined]) expect(fromAnswer({ code: 'NOT_FOUND', details })?.code).toBe('NOT_FOUND');
  for (const code of [
    'constructor',
    '__proto__',
    7,
    null,
    ['NOT_FOUND'],
    'OFFLINE',
    'STORAGE_FAILED',
    'DEVICE_CLONED',
  ]) {
    expect(fromAnswer({ code, details: {} })).toMatchObject({ code: 'INTERNAL', isRetryable: true });
  }
});
