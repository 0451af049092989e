import { expect, test, vi } from 'vitest';
import { retrying } from './retrying.ts';

const options = { attempts: 3, isRetryable: (error: unknown) => error === 'again', delayMs: 1 };

test('work that fails and then succeeds is run until it succeeds', async () => {
  const work = vi.fn<() => Promise<number>>().mockRejectedValueOnce('again').mockResolvedValueOnce(7);
  expect(await retrying(options, work)).toBe(7);
  expect(work).toHaveBeenCalledTimes(2);
});

test('work is run as often as allowed, and its last failure is thrown', async () => {
  const work = vi.fn<() => Promise<number>>().mockRejectedValue('again');
  await expect(retrying(options, work)).rejects.toBe('again');
  expect(work).toHaveBeenCalledTimes(3);
});

test('a failure that another attempt cannot cure is thrown at once', async () => {
  const work = vi.fn<() => Promise<number>>().mockRejectedValue('broken');
  await expect(retrying(options, work)).rejects.toBe('broken');
  expect(work).toHaveBeenCalledTimes(1);
});
