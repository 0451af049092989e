import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createQueueBackend, type QueuePlace } from '../src/jobs/backend.ts';
import { startFanout } from '../src/jobs/fanout.ts';
import type { FollowUp } from '../src/outbox/jobs.ts';
import { createRelay } from '../src/outbox/relay.ts';
import { USAGE } from '../src/usage/names.ts';
import { countWaiting, noteWaiting } from '../src/waiting/store.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { startRedis } from './support/redis.ts';
import { startRelay } from './support/relay.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

const PROGRAM = fileURLToPath(new URL('fixtures/stopping-relay.mjs', import.meta.url));
const PAUSES = { collect: 10, sweep: 50 };
const MESSAGES = 5;
/** What is counted in the end. */
const ALL = { [USAGE.messages]: MESSAGES, [USAGE.newUsers]: 2, [USAGE.newDevices]: 2 };

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Messages that were accepted by a process that does no jobs. */
async function accepted() {
  const relay = await startRelay({ isWorker: false });
  onTestFinished(() => relay.close());
  const tenant = await relay.addTenant();
  const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  for (const n of upTo(MESSAGES)) {
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, `${n}`));
  }
  return { relay, tenantId: tenant.tenantId, bob };
}

/** A relay, and a worker, that do all there is. */
async function work(place: QueuePlace, { sql }: Awaited<ReturnType<typeof startRelay>>) {
  const fanout = await startFanout({
    backend: createQueueBackend(place, 1_000),
    handlers: { waiting: ({ ranges }) => noteWaiting(sql, ranges), 'key-hints': async () => undefined },
    onError: () => undefined,
  });
  const relay = createRelay({ sql, addJobs: fanout.add, onError: () => undefined, pauses: PAUSES });
  onTestFinished(async () => {
    await relay.close();
    await fanout.close();
  });
}

/** Runs the program until it stands still. @returns kills it */
async function stopped(words: readonly string[], isThere?: () => Promise<boolean>): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  if (isThere === undefined) await once(child.stdout, 'data');
  else await expect.poll(isThere, { timeout: patient(15_000) }).toBe(true);
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}

describe.each([['PostgreSQL'], ['Redis']])('a relay on %s that is killed', (name) => {
  async function begin() {
    const { relay, tenantId, bob } = await accepted();
    let place: QueuePlace = { kind: 'postgres', url: relay.database.url };
    if (name === 'Redis') {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      place = { kind: 'redis', url: redis.url, prefix: 'seal' };
    }
    const words = (step: string) => [relay.database.url, step, ...(place.kind === 'redis' ? [place.url] : [])];
    const finish = async () => {
      await work(place, relay);
      await expect.poll(async () => (await relay.sql`select 1 from outbox`).length).toBe(0);
      await expect
        .poll(() => countWaiting(relay.sql, tenantId, bob.userId), { timeout: patient(20_000) })
        .toMatchObject({ conversations: 1, messages: MESSAGES });
      const counted = await relay.sql<{ metric: number; value: number }[]>`
        select metric, sum(value)::int as value from usage_days where tenant_id = ${tenantId} group by 1`;
      return Object.fromEntries(counted.map(({ metric, value }) => [metric, value]));
    };
    return { relay, words, finish };
  }

  test.each(['before jobs are added', 'before usage is counted', 'before the job', 'before the job is done'])(
    '%s loses nothing and counts nothing twice',
    async (step) => {
      const { words, finish } = await begin();
      const kill = await stopped(words(step));
      await kill();
      expect(await finish()).toMatchObject(ALL);
    },
  );

  test.each([
    ['and its commit is done without it', false],
    ['and its commit is not done', true],
  ])('while it commits, %s, loses nothing and counts nothing twice', async (_outcome, isLost) => {
    const { relay, words, finish } = await begin();
    const { sql } = relay;
    await sql
      .unsafe(
        `create function hold() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(42); return null; end';
        create constraint trigger hold after insert on usage_days deferrable initially deferred
          for each row execute function hold()`,
      )
      .simple();
    const lock = await sql.reserve();
    await lock`select pg_advisory_lock(42)`;
    const held = () =>
      sql<{ pid: number }[]>`select pid from pg_locks where locktype = 'advisory' and objid = 42 and not granted`;
    const kill = await stopped(words('nowhere'), async () => (await held()).length === 1);
    const [{ pid }] = (await held()) as unknown as [{ pid: number }];
    await kill();
    if (isLost) await sql`select pg_terminate_backend(${pid})`;
    await lock`select pg_advisory_unlock(42)`;
    lock.release();
    await expect.poll(async () => (await sql`select 1 from pg_stat_activity where pid = ${pid}`).length).toBe(0);
    await sql.unsafe('drop trigger hold on usage_days').simple();
    expect(await finish()).toMatchObject(ALL);
  });
});

test('two relays at once take each row once, also when one of them cannot add its jobs', async () => {
  const { relay, tenantId } = await accepted();
  const { sql } = relay;
  await sql`
    insert into outbox (kind, tenant_ids, subject_ids, from_seqs, to_seqs, amounts)
    select 1, array[${tenantId}::uuid], array[gen_random_uuid()], array[1], array[2], array[10] from generate_series(1, 2000)`;
  const taken: FollowUp[] = [];
  let failures = 0;
  const addJobs = (isBroken: boolean) => async (jobs: readonly FollowUp[]) => {
    if (isBroken && failures++ < 3) throw new Error('no queue');
    taken.push(...jobs);
  };
  const relays = [true, false].map((isBroken) =>
    createRelay({ sql, addJobs: addJobs(isBroken), onError: () => undefined, pauses: PAUSES }),
  );
  onTestFinished(async () => void (await Promise.all(relays.map((one) => one.close()))));
  await expect.poll(async () => (await sql`select 1 from outbox`).length).toBe(0);
  const conversations = taken.flatMap((job) => (job.name === 'waiting' ? job.data.ranges.map(([, id]) => id) : []));
  expect(conversations).toHaveLength(2_001);
  expect(new Set(conversations).size).toBe(2_001);
  const [row] = await sql`
    select sum(value)::int as value from usage_days where tenant_id = ${tenantId} and metric = ${USAGE.messages}`;
  expect(row).toEqual({ value: 4_000 + MESSAGES });
});
