import { expect, test } from 'vitest';
import type { UserId } from '@seal-chat/protocol';
import { createLiveQueue } from './live-queue.ts';

const online = (n: number) =>
  [{ type: 'presence', userId: `u${n}` as UserId, state: 'online', lastSeenAt: null }, `presence:u${n}`] as const;

test('however many people come at once, a reader is told of them a part at a time, and its subscription goes on', () => {
  const queue = createLiveQueue();
  for (let n = 0; n < 5_000; n++) queue.add(...online(n));
  const told = new Set<string>();
  let batches = 0;
  while (!queue.isEmpty()) {
    const events = queue.take();
    expect(events.length).toBeLessThanOrEqual(500);
    for (const event of events) told.add((event as { userId: string }).userId);
    batches++;
  }
  expect([told.size, batches]).toEqual([5_000, 10]);
});

test('of more than can wait some are left out, and the latest of those who wait is told', () => {
  const queue = createLiveQueue();
  for (let n = 0; n < 50_000; n++) queue.add(...online(n));
  queue.add({ type: 'presence', userId: 'u0' as UserId, state: 'away', lastSeenAt: null }, 'presence:u0');
  expect(queue.take()[0]).toMatchObject({ userId: 'u0', state: 'away' });
  let count = 500;
  while (!queue.isEmpty()) count += queue.take().length;
  expect(count).toBe(10_000);
});
