import { SealError } from '@seal-chat/protocol';
import { expect, it } from 'vitest';
import { createLoader } from './loader.ts';

it('a loader loads once, however often and however early it is asked', async () => {
  let loads = 0;
  const load = createLoader(async () => ++loads);
  expect(await Promise.all([load(), load()])).toEqual([1, 1]);
  expect(await load()).toBe(1);
});

it('a load that fails is OFFLINE for every caller that waited, and the next call tries again', async () => {
  let isThere = false;
  const load = createLoader(async () => {
    if (!isThere) throw new TypeError('Failed to fetch dynamically imported module');
    return 'code';
  });
  const waiting = [load(), load()];
  for (const call of waiting) await expect(call).rejects.toMatchObject({ code: 'OFFLINE', isRetryable: true });
  isThere = true;
  expect(await load()).toBe('code');
});

it('a SealError of what is loaded stays as it is', async () => {
  const load = createLoader(() => Promise.reject(new SealError('UNSUPPORTED_BROWSER')));
  await expect(load()).rejects.toMatchObject({ code: 'UNSUPPORTED_BROWSER' });
});
