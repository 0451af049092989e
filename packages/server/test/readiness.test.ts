import { expect, test, vi } from 'vitest';
import { createReadiness, type Readiness } from '../src/health/readiness.ts';

const GOOD: Readiness = { database: true, bus: true, queue: true };
const BAD: Readiness = { database: false, bus: false, queue: false };

test('however many ask, the parts are asked once until the answer is old', async () => {
  const ask = vi.fn<() => Promise<Readiness>>(async () => GOOD);
  const ready = createReadiness(ask, { cacheMs: 50 });
  const answers = await Promise.all(Array.from({ length: 200 }, () => ready()));
  expect(answers.every((answer) => answer === GOOD)).toBe(true);
  await ready();
  expect(ask).toHaveBeenCalledTimes(1);
  await expect.poll(async () => (await ready(), ask.mock.calls.length)).toBe(2);
});

test('asking that fails says that nothing is ready', async () => {
  expect(await createReadiness(() => Promise.reject(new Error('gone')))()).toEqual(BAD);
});

test('parts that hang count as failed in time, and are not asked a second time meanwhile', async () => {
  let settle: (answer: Readiness) => void = () => undefined;
  const hanging = new Promise<Readiness>((resolve) => (settle = resolve));
  const ask = vi.fn<() => Promise<Readiness>>().mockReturnValueOnce(hanging).mockResolvedValue(GOOD);
  const ready = createReadiness(ask, { timeoutMs: 5, cacheMs: 1 });
  expect(await ready()).toEqual(BAD);
  expect(await ready()).toEqual(BAD);
  expect(ask).toHaveBeenCalledTimes(1);
  settle(GOOD);
  await expect.poll(ready).toEqual(GOOD);
});
