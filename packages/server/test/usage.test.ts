import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { describe, expect, onTestFinished } from 'vitest';
import { ERRORS, type TenantId } from '@seal-chat/protocol';
import { openDatabase } from '../src/db/database.ts';
import { createUsageMeter } from '../src/usage/meter.ts';
import { BUCKETS, bucketOf } from '../src/usage/latency.ts';
import { ACTIVE_KINDS, failureMetric, LATENCY_KINDS, USAGE } from '../src/usage/names.ts';
import { rollUp } from '../src/usage/roll-up.ts';
import { deleteOldUsage } from '../src/usage/store.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import type { Relay } from './support/relay.ts';
import { test } from './support/test.ts';

const DAY_MS = 24 * 3_600_000;
/** Noon of a day far from the end of a month. */
const NOON = Date.UTC(2026, 9, 14, 12);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** A meter of a process of its own, whose clock stands where `at` says. */
function meterOn(relay: Relay, sql: Sql = opsOf(relay)) {
  const at = { now: NOON };
  const errors: unknown[] = [];
  const present: { tenantId: TenantId; userId: string; deviceId: string }[] = [];
  const meter = createUsageMeter({
    sql,
    processId: randomUUID(),
    clock: () => at.now,
    present: () => present,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => meter.close());
  return { meter, at, errors, present };
}

/** The connections that meters of the server have, under its role. */
function opsOf(relay: Relay): Sql {
  const db = openDatabase({ url: relay.database.url, isIsolated: true, onError: () => undefined });
  onTestFinished(() => db.close());
  return db.ops;
}

/** What a tenant had on each day, by metric. */
async function daysOf(
  { sql }: Relay,
  tenantId: string,
): Promise<Readonly<Record<string, Readonly<Record<number, number>>>>> {
  const rows = await sql<{ day: string; metric: number; value: number }[]>`
    select to_char(day, 'YYYY-MM-DD') as day, metric, value from usage_days where tenant_id = ${tenantId} order by 1, 2`;
  const days: Record<string, Record<number, number>> = {};
  for (const { day, metric, value } of rows) (days[day] ??= {})[metric] = value;
  return days;
}

describe('what a process counts in memory', () => {
  test('is written once, also when the answer of the database is lost', async ({ relay }) => {
    const { tenantId } = await relay.addTenant();
    const sql = opsOf(relay);
    let failures = 2;
    /** Commits, and says that it did not. */
    const losing = new Proxy(sql, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name !== 'begin') return member;
        return async (work: (tx: Sql) => Promise<unknown>) => {
          await sql.begin(work as never);
          if (failures-- > 0) throw new Error('lost');
        };
      },
    });
    const { meter } = meterOn(relay, losing);
    for (const _ of upTo(3)) meter.answered(tenantId, { path: 'auth.signIn', code: null, seconds: 0.01 });
    await expect(meter.flush()).rejects.toThrow('lost');
    await expect(meter.flush()).rejects.toThrow('lost');
    meter.answered(tenantId, { path: 'auth.signIn', code: null, seconds: 0.01 });
    await meter.flush();
    await meter.flush();
    expect(await daysOf(relay, tenantId)).toEqual({ '2026-10-14': { [USAGE.signIns]: 4 } });
  });

  test('has latencies in buckets that several processes add up, and failures by code', async ({ relay }) => {
    const { tenantId } = await relay.addTenant();
    const meters = [meterOn(relay), meterOn(relay)].map(({ meter }) => meter);
    for (const meter of meters) {
      for (const seconds of [0, 0.001, 0.001, 100])
        meter.answered(tenantId, { path: 'messages.send', code: null, seconds });
      meter.answered(tenantId, { path: 'messages.send', code: 'RATE_LIMITED', seconds: 0 });
    }
    await Promise.all(meters.map((meter) => meter.flush()));
    const [row] = await relay.sql<{ counts: string[] }[]>`
      select counts from usage_latencies where tenant_id = ${tenantId} and kind = ${LATENCY_KINDS.accept}`;
    const expected = upTo(BUCKETS).map(() => 0);
    expected[0] = 2;
    expected[bucketOf(1)] = 4;
    expected[BUCKETS - 1] = 2;
    expect(row!.counts.map(Number)).toEqual(expected);
    expect(await daysOf(relay, tenantId)).toEqual({ '2026-10-14': { [failureMetric('RATE_LIMITED')]: 2 } });
  });

  test('a bucket’s upper end is at most a fifth above its lower one', () => {
    for (const ms of [0.1, 0.5, 3, 47, 900, 8_000]) {
      const bucket = bucketOf(ms);
      expect(ms).toBeLessThanOrEqual(0.1 * 1.2 ** bucket * 1.000_001);
      expect(ms).toBeGreaterThan(0.1 * 1.2 ** (bucket - 1) * 0.999_999);
    }
    expect(new Set(upTo(20_000).map((ms) => bucketOf(ms / 2))).size).toBeLessThanOrEqual(BUCKETS);
  });

  test('every code of an error has a number of its own', () => {
    const numbers = Object.keys(ERRORS).map((code) => failureMetric(code as keyof typeof ERRORS));
    expect(Math.min(...numbers)).toBe(1_000);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('a deleted tenant keeps nobody else’s from being written', async ({ relay }) => {
    const { tenantId } = await relay.addTenant();
    const gone = randomUUID() as TenantId;
    const { meter } = meterOn(relay);
    for (const id of [gone, tenantId]) {
      meter.answered(id, { path: 'messages.send', code: 'INTERNAL', seconds: 0 });
      meter.answered(id, { path: 'messages.send', code: null, seconds: 0 });
      meter.wasHere({ tenantId: id, userId: randomUUID(), deviceId: randomUUID() });
      meter.opened(id);
    }
    await meter.flush();
    const tables = ['usage_hours', 'usage_days', 'usage_latencies', 'usage_connections', 'active_days', 'active_keys'];
    for (const table of tables) {
      const rows =
        await relay.sql`select distinct tenant_id from ${relay.sql(table)} where tenant_id = any(${[gone, tenantId]}::uuid[])`;
      expect([...rows], table).toEqual([{ tenant_id: tenantId }]);
    }
  });
});

describe('days', () => {
  test('have each person and device once, whichever processes saw them, and the month each once', async ({ relay }) => {
    const { tenantId } = await relay.addTenant();
    const [one, other] = [meterOn(relay), meterOn(relay)];
    const [alice, bob] = [randomUUID(), randomUUID()];
    const [phone, laptop] = [randomUUID(), randomUUID()];
    for (const { meter } of [one, other]) {
      meter.wasHere({ tenantId, userId: alice, deviceId: phone });
      meter.wasHere({ tenantId, userId: alice, deviceId: laptop });
      await meter.flush();
      meter.wasHere({ tenantId, userId: alice, deviceId: phone });
      await meter.flush();
    }
    // Connected over midnight, without a call.
    one.present.push({ tenantId, userId: bob, deviceId: bob });
    await one.meter.flush();
    one.at.now += DAY_MS;
    await one.meter.flush();
    await rollUp(relay.sql, one.at.now);
    await rollUp(relay.sql, one.at.now);
    expect(await daysOf(relay, tenantId)).toMatchObject({
      '2026-10-14': { [USAGE.activeUsers]: 2, [USAGE.activeDevices]: 3 },
      '2026-10-15': { [USAGE.activeUsers]: 1, [USAGE.activeDevices]: 1 },
    });
    const nextDay = Date.UTC(2026, 9, 16);
    await rollUp(relay.sql, nextDay + 60_000);
    expect((await daysOf(relay, tenantId))['2026-10-15']).toMatchObject({ [USAGE.activeUsersOfMonth]: 2 });
  });

  test('name nobody: the same person has another name in the next month, and none without the key', async ({
    relay,
  }) => {
    const { tenantId } = await relay.addTenant();
    const { meter, at } = meterOn(relay);
    const userId = randomUUID();
    for (const _ of upTo(2)) {
      meter.wasHere({ tenantId, userId, deviceId: userId });
      await meter.flush();
      at.now += 20 * DAY_MS;
    }
    const rows = await relay.sql<{ subject: Buffer }[]>`
      select subject from active_days where tenant_id = ${tenantId} and kind = ${ACTIVE_KINDS.user} order by day`;
    expect(rows).toHaveLength(2);
    expect(rows[0]!.subject.equals(rows[1]!.subject)).toBe(false);
    const keys = () => relay.sql`select month from active_keys where tenant_id = ${tenantId} order by month`;
    expect(await keys()).toHaveLength(2);
    await deleteOldUsage(relay.sql, Date.UTC(2026, 10, 7, 23));
    expect(await keys()).toHaveLength(2);
    await deleteOldUsage(relay.sql, Date.UTC(2026, 10, 8, 1));
    expect(await keys()).toHaveLength(1);
  });

  test('have the most sockets that were open at a time, of one process or of several together', async ({ relay }) => {
    const { tenantId } = await relay.addTenant();
    const [one, other] = [meterOn(relay), meterOn(relay)];
    const closes = upTo(5).map(() => one.meter.opened(tenantId));
    for (const close of closes.slice(1)) close();
    await one.meter.flush();
    await rollUp(relay.sql, NOON);
    expect((await daysOf(relay, tenantId))['2026-10-14']).toMatchObject({ [USAGE.mostConnections]: 5 });
    for (const _ of upTo(4)) other.meter.opened(tenantId);
    for (const _ of upTo(3)) one.meter.opened(tenantId);
    await Promise.all([one.meter.flush(), other.meter.flush()]);
    await rollUp(relay.sql, NOON);
    expect((await daysOf(relay, tenantId))['2026-10-14']).toMatchObject({ [USAGE.mostConnections]: 8 });
  });

  test('have bytes of files and people for whom messages wait, as they are', async ({ relay }) => {
    const tenant = await relay.addTenant();
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, '1'));
    await relay.sql`insert into tenant_storage (tenant_id, shard, bytes) values (${tenant.tenantId}, 0, 5), (${tenant.tenantId}, 1, 7)
      on conflict (tenant_id, shard) do update set bytes = excluded.bytes`;
    const waiting = () => relay.sql`select 1 from waiting where tenant_id = ${tenant.tenantId}`;
    await expect.poll(waiting).toHaveLength(1);
    const now = Date.now();
    const today = () => daysOf(relay, tenant.tenantId).then((days) => days[new Date(now).toISOString().slice(0, 10)]);
    await rollUp(relay.sql, now);
    expect(await today()).toMatchObject({ [USAGE.storageBytes]: 12, [USAGE.waitingUsers]: 1 });
    await bob.first.api.sync.ack.mutate({ position: 1 });
    await rollUp(relay.sql, now);
    expect(await today()).toMatchObject({ [USAGE.waitingUsers]: 0 });
  });

  test('are kept for three years, hours for 90 days, and sockets for 7', async ({ relay }) => {
    const { tenantId } = await relay.addTenant();
    const { meter } = meterOn(relay);
    meter.answered(tenantId, { path: 'auth.signIn', code: null, seconds: 0 });
    meter.answered(tenantId, { path: 'messages.send', code: null, seconds: 0 });
    meter.wasHere({ tenantId, userId: tenantId, deviceId: tenantId });
    meter.opened(tenantId);
    await meter.flush();
    const kept = async (days: number) => {
      await deleteOldUsage(relay.sql, NOON + days * DAY_MS);
      const found: string[] = [];
      for (const table of ['usage_hours', 'usage_latencies', 'usage_days', 'usage_connections', 'active_days']) {
        const rows = await relay.sql`select 1 from ${relay.sql(table)} where tenant_id = ${tenantId}`;
        if (rows.length > 0) found.push(table);
      }
      return found;
    };
    const all = ['usage_hours', 'usage_latencies', 'usage_days', 'usage_connections', 'active_days'];
    expect(await kept(7)).toEqual(all);
    expect(await kept(8)).toEqual(all.filter((table) => table !== 'usage_connections'));
    expect(await kept(41)).toEqual(['usage_hours', 'usage_latencies', 'usage_days']);
    expect(await kept(91)).toEqual(['usage_days']);
    expect(await kept(3 * 365)).toEqual(['usage_days']);
    expect(await kept(3 * 365 + 2)).toEqual([]);
  });
});
