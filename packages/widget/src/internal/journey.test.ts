import { expect, it } from 'vitest';
import { journey } from './journey.ts';

it('shares a load that is in flight, and loads nothing again after it', async () => {
  let loads = 0;
  const parts = journey(async () => ({ load: ++loads }));
  const [first, second] = await Promise.all([parts.load(), parts.load()]);
  expect(first).toBe(second);
  expect(await parts.load()).toBe(first);
  expect(loads).toBe(1);
});

it('is loaded only after its module has come', async () => {
  const parts = journey(async () => 'module');
  expect(parts.loaded).toBe(null);
  await parts.load();
  expect(parts.loaded).toBe('module');
});

it('reports a file that cannot be fetched as OFFLINE, and tries again when it is asked again', async () => {
  const cause = new TypeError('Failed to fetch');
  let isReachable = false;
  const parts = journey(async () => {
    if (!isReachable) throw cause;
    return 'module';
  });
  const both = await Promise.allSettled([parts.load(), parts.load()]);
  for (const outcome of both) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'OFFLINE', cause } });
  expect(parts.loaded).toBe(null);
  isReachable = true;
  expect(await parts.load()).toBe('module');
});
