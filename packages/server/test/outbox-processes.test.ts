import { expect, onTestFinished, test } from 'vitest';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { startRedis } from './support/redis.ts';
import { startRelay, type Relay } from './support/relay.ts';

/** A relay that looks on its own once an hour: earlier it must be told. */
const TOLD = { collect: 20, sweep: 3_600_000 };

async function pairOf(relay: Relay) {
  const tenant = await relay.addTenant();
  const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const send = () => alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'x'));
  const waitsFrom = async () => {
    const [row] = await relay.sql<{ seq: number }[]>`select last_seq as seq from waiting where user_id = ${bob.userId}`;
    return row?.seq ?? null;
  };
  return { send, waitsFrom };
}

test('a process that only serves wakes the relay of one that only works, over PostgreSQL', async () => {
  const relay = await startRelay({ isWorker: false });
  onTestFinished(() => relay.close());
  await relay.addProcess({ isWorker: true, relayPauses: TOLD });
  const { send, waitsFrom } = await pairOf(relay);
  // Until they have heard of each other, nothing is told.
  await expect.poll(async () => ((await send()).seq, waitsFrom())).not.toBeNull();
  const { seq } = await send();
  await expect.poll(waitsFrom).toBe(seq);
});

test('while Redis is gone messages are accepted and what follows waits; once it is back everything is done', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const relay = await startRelay({ redis: { redisUrl: redis.url, prefix: 'seal' } });
  onTestFinished(() => relay.close());
  const { send, waitsFrom } = await pairOf(relay);
  const first = await send();
  await expect.poll(waitsFrom).toBe(first.seq);
  await redis.kill();
  const second = await send();
  const gauge = async (name: string) => {
    const metrics = await relay.metrics.registry.getMetricsAsJSON();
    return metrics.find((metric) => metric.name === name)!.values[0]!.value;
  };
  await expect.poll(() => relay.log.some((line) => line.includes('background work failed'))).toBe(true);
  expect(await gauge('seal_outbox_rows')).toBeGreaterThan(0);
  expect(await gauge('seal_outbox_age_seconds')).toBeGreaterThan(0);
  expect(await waitsFrom()).toBe(first.seq);
  await redis.start();
  await expect.poll(waitsFrom).toBe(second.seq);
  await expect.poll(() => gauge('seal_outbox_rows')).toBe(0);
});
