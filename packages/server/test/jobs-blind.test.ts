import { Redis } from 'ioredis';
import type { Sql } from 'postgres';
import { expect, onTestFinished, test } from 'vitest';
import { publishPreKeys } from './support/devices.ts';
import { noise } from './support/channels.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { startRedis } from './support/redis.ts';
import { startRelay, type Relay } from './support/relay.ts';

const CANARY = 'canary of a text';
const NAME = 'canary_person';
/** What texts may be written as. */
const FORMS = [CANARY, Buffer.from(CANARY).toString('hex'), Buffer.from(CANARY).toString('base64').slice(0, 16), NAME];

/** Everything that a Redis holds, as text. */
async function readRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const texts: unknown[] = [];
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key);
      texts.push(key);
      if (type === 'hash') texts.push(await redis.hgetall(key));
      else if (type === 'list') texts.push(await redis.lrange(key, 0, -1));
      else if (type === 'set') texts.push(await redis.smembers(key));
      else if (type === 'zset') texts.push(await redis.zrange(key, '0', '-1'));
      else if (type === 'stream') texts.push(await redis.xrange(key, '-', '+'));
      else texts.push(await redis.get(key));
    }
    return JSON.stringify(texts);
  } finally {
    redis.disconnect();
  }
}

/** Everything that a schema, or a table, of the database holds, as text. */
async function readTables(sql: Sql, tables: readonly string[]): Promise<string> {
  const texts = tables.map((table) =>
    sql.unsafe<{ text: string }[]>(`select to_jsonb(t)::text as text from ${table} t`),
  );
  return JSON.stringify(await Promise.all(texts));
}

const tablesOfQueue = async (sql: Sql): Promise<readonly string[]> =>
  (
    await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq'`
  ).map(({ name }) => name);

/** Writes messages and lets keys run out; resolves when all jobs of it are done. */
async function use(relay: Relay): Promise<void> {
  const tenant = await relay.addTenant();
  const [alice, bob] = [await signUp(relay, tenant, NAME), await signUp(relay, tenant)];
  await publishPreKeys(bob, bob.first, 2);
  await bob.first.api.channels.publishKeyPackages.mutate({
    oneTime: [{ ref: noise(32), bytes: noise(90) }],
    lastResort: { ref: noise(32), bytes: noise(90) },
  });
  await alice.first.api.preKeys.claim.mutate({ userId: bob.userId, deviceIds: [bob.first.deviceId] });
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  for (const n of [1, 2, 3]) {
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, `${CANARY} ${n}`));
  }
  const waiting = () => relay.sql`select 1 from waiting where user_id = ${bob.userId} and last_seq = 3`;
  await expect.poll(waiting).toHaveLength(1);
}

/** What a value in a job may be: an id, a number or the name of a job. */
const HARMLESS = /^(?:[0-9a-f-]{36}|\d+|)$/;

function expectIdsAlone(data: string): void {
  JSON.stringify(JSON.parse(data), (_key, value: unknown) => {
    if (typeof value === 'string') expect(value).toMatch(HARMLESS);
    return value;
  });
}

test('jobs on Redis, and what processes say over it, hold ids alone', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const relay = await startRelay({ redis: { redisUrl: redis.url, prefix: 'seal' } });
  onTestFinished(() => relay.close());
  const heard: string[] = [];
  const listener = new Redis(redis.url);
  onTestFinished(() => listener.disconnect());
  await listener.psubscribe('*');
  listener.on('pmessage', (_pattern, _channel, text) => heard.push(text));
  await relay.addProcess();
  await use(relay);
  const held = await readRedis(redis.url);
  expect(held).toContain('key-hints');
  expect(held).toContain('waiting');
  for (const form of FORMS) expect(held + heard.join()).not.toContain(form);
  const jobs = new Redis(redis.url);
  onTestFinished(() => jobs.disconnect());
  const keys = (await jobs.keys('{seal}:fanout:*')).filter((key) => /:[wk]-/.test(key));
  expect(keys.length).toBeGreaterThan(1);
  for (const key of keys) if ((await jobs.type(key)) === 'hash') expectIdsAlone((await jobs.hget(key, 'data')) ?? '{}');
});

test('jobs on PostgreSQL, outbox, waiting and usage hold ids and numbers alone', async () => {
  const relay = await startRelay({ relayPauses: { collect: 20, sweep: 100 } });
  onTestFinished(() => relay.close());
  // What is written is kept, to be looked at.
  await relay.sql`create table seen (like outbox)`;
  await relay.sql
    .unsafe(
      `create function see() returns trigger language plpgsql security definer as 'begin insert into seen values (new.*); return null; end';
      create trigger see after insert on outbox for each row execute function see()`,
    )
    .simple();
  await use(relay);
  const held = await readTables(relay.sql, [
    ...(await tablesOfQueue(relay.sql)),
    'seen',
    'waiting',
    'usage_days',
    'usage_hours',
    'active_days',
  ]);
  expect(held).toContain('key-hints');
  for (const form of FORMS) expect(held).not.toContain(form);
  const jobs = await relay.sql<{ data: string }[]>`
    select data::text as data from bullmq.job where name in ('waiting', 'key-hints')`;
  expect(jobs.length).toBeGreaterThan(1);
  for (const { data } of jobs) expectIdsAlone(data);
  const [types] = await relay.sql<{ types: string[] }[]>`
    select array_agg(distinct data_type::text) as types from information_schema.columns where table_name = 'outbox'`;
  expect(types!.types.toSorted()).toEqual(['ARRAY', 'bigint', 'smallint', 'timestamp with time zone']);
});
