import { randomUUID } from 'node:crypto';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DeviceId, TenantId, UserId } from '@seal-chat/protocol';
import type { Bus, Notice } from '../src/bus/bus.ts';
import { createLocalBus } from '../src/bus/local.ts';
import { createPostgresBus } from '../src/bus/postgres.ts';
import { createRedisBus } from '../src/bus/redis.ts';
import { connect } from '../src/db/connect.ts';
import { createEmptyDatabase } from './support/database.ts';
import { startRedis } from './support/redis.ts';

const ALIVE_MS = 400;
/** For tests in which no process may be taken for silent, however busy the machine is. */
const CALM_MS = 60_000;
const tenantId = randomUUID() as TenantId;
const mailboxes = (...deviceIds: string[]): Notice => ({
  kind: 'mailboxes',
  tenantId,
  deviceIds: deviceIds as DeviceId[],
});

/** Where buses meet: each of its own address, so that what is between can be cut. */
interface Meeting {
  open(url?: string, aliveMs?: number): Bus;
  /** Sends what no bus would. */
  say(text: string): Promise<void>;
  readonly errors: readonly unknown[];
  readonly url: string;
}

async function onPostgres(): Promise<Meeting> {
  const database = await createEmptyDatabase();
  const sql = connect(database.url, { max: 1 });
  onTestFinished(async () => {
    await sql.end();
    await database.drop();
  });
  const errors: unknown[] = [];
  return {
    url: database.url,
    errors,
    open: (url = database.url, aliveMs = ALIVE_MS) => createPostgresBus({ ...common(errors), aliveMs, url }),
    say: async (text) => void (await sql`select pg_notify('seal', ${text})`),
  };
}

async function onRedis(): Promise<Meeting> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const prefix = `test:${randomUUID()}`;
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  const errors: unknown[] = [];
  return {
    url: redis.url,
    errors,
    open: (redisUrl = redis.url, aliveMs = ALIVE_MS) =>
      createRedisBus({ ...common(errors), aliveMs, redisUrl, prefix }),
    say: async (text) => void (await client.publish(`${prefix}:all`, text)),
  };
}

function common(errors: unknown[]) {
  const onError = (error: unknown): void => void errors.push(error);
  return { processId: randomUUID(), clock: Date.now, onError };
}

/** A started bus that follows the tenant, what it has heard of others, and how often it missed something. */
async function join(meeting: Meeting, url?: string, aliveMs?: number) {
  const bus = meeting.open(url, aliveMs);
  const heard: { notice: Notice; from: string }[] = [];
  const gone: string[] = [];
  const counts = { gaps: 0 };
  bus.listen((notice, from) => {
    if (from !== bus.processId && notice.kind !== 'alive' && notice.kind !== 'hello') heard.push({ notice, from });
  });
  bus.onGap(() => (counts.gaps += 1));
  bus.onGone((processId) => gone.push(processId));
  bus.follow(tenantId);
  await bus.start();
  await bus.ready();
  onTestFinished(() => bus.close());
  return { bus, heard, gone, counts };
}

/** A way to `url` that can be closed, and made to stand still. */
async function wayTo(url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isStill = false;
  const server = createServer((near) => {
    const far = connectTcp(Number(target.port), target.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      one.on('data', (data) => void (isStill || other.write(data)));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const near = new URL(url);
  near.hostname = '127.0.0.1';
  near.port = String((server.address() as AddressInfo).port);
  return {
    url: near.href,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    /** Nothing is read any longer, so that the other side's buffers fill. */
    pause() {
      for (const socket of sockets) socket.pause();
    },
    stand(still: boolean) {
      isStill = still;
    },
  };
}

test('in a process that is alone, listeners are told at once, and one that throws keeps nobody else from it', async () => {
  const errors: unknown[] = [];
  const bus = createLocalBus({ processId: 'only', onError: (error) => errors.push(error) });
  const heard: Notice[] = [];
  bus.listen(() => {
    throw new Error('broken');
  });
  const stop = bus.listen((notice) => heard.push(notice));
  await bus.start();
  bus.publish(mailboxes('a'));
  bus.publishToOthers(mailboxes('b'));
  expect(heard).toEqual([mailboxes('a')]);
  expect(errors).toHaveLength(1);
  stop();
  bus.publish(mailboxes('c'));
  expect(heard).toHaveLength(1);
  expect(bus.isUp()).toBe(true);
  await bus.ready();
  await bus.close();
});

describe.each([
  ['PostgreSQL', onPostgres],
  ['Redis', onRedis],
] as const)('a bus over %s', (_name, meet) => {
  test('every process hears every other, itself at once, and each mailbox is named once in a turn', async () => {
    const meeting = await meet();
    const calm = () => join(meeting, undefined, CALM_MS);
    const [one, other, third] = [await calm(), await calm(), await calm()];
    const here: Notice[] = [];
    one.bus.listen((notice, from) => void (from === one.bus.processId && here.push(notice)));
    await expect.poll(() => one.heard).toEqual([]);
    for (let i = 0; i < 500; i++) one.bus.publish(mailboxes(`d${i % 10}`));
    expect(here).toHaveLength(500);
    for (const { heard } of [other, third]) {
      await expect
        .poll(() => heard)
        .toEqual([{ notice: mailboxes(...Array.from({ length: 10 }, (_, i) => `d${i}`)), from: one.bus.processId }]);
    }
    one.bus.publishToOthers(mailboxes('x'));
    expect(here).toHaveLength(500);
    await expect.poll(() => other.heard.length).toBe(2);
  });

  test('what is published arrives in order and whole, however much it is', async () => {
    const meeting = await meet();
    const calm = () => join(meeting, undefined, CALM_MS);
    const [one, other] = [await calm(), await calm()];
    const events = Array.from({ length: 3_000 }, (_, i): Notice => ({
      kind: 'event',
      tenantId,
      userIds: Array.from({ length: 20 }, () => randomUUID() as UserId),
      deviceIds: [],
      event: { type: 'invitations', n: i } as unknown as Extract<Notice, { kind: 'event' }>['event'],
    }));
    for (const event of events) one.bus.publish(event);
    await expect.poll(() => other.heard.length).toBe(3_000);
    expect(other.heard.map(({ notice }) => notice)).toEqual(events);
  });

  test('a process that comes is heard, one that stops is gone at once, one that dies after a while', async () => {
    const meeting = await meet();
    const way = await wayTo(meeting.url);
    const one = await join(meeting);
    const stopping = meeting.open();
    await stopping.start();
    stopping.publish({ kind: 'channel-heads', tenantId, conversationIds: [] });
    await expect.poll(() => one.heard.length).toBe(1);
    const { gaps } = one.counts;
    await stopping.close();
    await expect.poll(() => one.gone).toContain(stopping.processId);
    // It told everything: nothing has to be looked for.
    expect(one.counts.gaps).toBe(gaps);

    const dying = await join(meeting, way.url);
    dying.bus.publish(mailboxes('a'));
    await expect.poll(() => one.heard.length).toBe(2);
    way.stand(true);
    await expect.poll(() => one.gone).toContain(dying.bus.processId);
    expect(one.counts.gaps).toBeGreaterThan(gaps);
    way.stand(false);
    way.cut();
  });

  test('a process that was cut off knows it, says so, and hears again', async () => {
    const meeting = await meet();
    const way = await wayTo(meeting.url);
    const [one, other] = [await join(meeting), await join(meeting, way.url)];
    const { gaps } = other.counts;
    way.stand(true);
    await expect.poll(() => other.bus.isUp()).toBe(false);
    await expect(other.bus.ready()).rejects.toThrow('no echo');
    one.bus.publish(mailboxes('lost'));
    other.bus.publish(mailboxes('unsent'));
    way.stand(false);
    way.cut();
    await expect.poll(() => other.bus.isUp()).toBe(true);
    await expect.poll(() => other.counts.gaps).toBeGreaterThan(gaps);
    // Each may have to learn first that the other is there again.
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      await expect
        .poll(() => {
          from.bus.publish(mailboxes('back'));
          return to.heard.map(({ notice }) => notice);
        })
        .toContainEqual(mailboxes('back'));
    }
  });

  test('who was alone and told nobody says so to a process that was there unheard', async () => {
    const meeting = await meet();
    const one = await join(meeting);
    const startedAt = performance.now();
    await expect.poll(() => performance.now() - startedAt).toBeGreaterThan(5 * ALIVE_MS);
    one.bus.publish(mailboxes('told to nobody'));
    const other = await join(meeting);
    expect(other.heard).toEqual([]);
    await expect.poll(() => other.counts.gaps).toBeGreaterThan(2);
  });

  test('a text that is none of ours is reported and breaks nothing', async () => {
    const meeting = await meet();
    const [one, other] = [await join(meeting), await join(meeting)];
    for (const text of ['', '{}', 'null', '["x"]', '["x",[{"kind":"unknown"}]]']) await meeting.say(text);
    one.bus.publish(mailboxes('after'));
    await expect.poll(() => other.heard.map(({ notice }) => notice)).toContainEqual(mailboxes('after'));
    expect(meeting.errors.length).toBeGreaterThan(0);
  });
});

test('over Redis a process hears only of tenants it follows, and all of a tenant from when it does', async () => {
  const meeting = await onRedis();
  const one = await join(meeting);
  const stranger = meeting.open();
  const heard: Notice[] = [];
  const gaps: (TenantId | null)[] = [];
  stranger.listen(
    (notice, from) => void (from === one.bus.processId && notice.kind === 'mailboxes' && heard.push(notice)),
  );
  stranger.onGap((of) => gaps.push(of));
  await stranger.start();
  onTestFinished(() => stranger.close());
  one.bus.publish(mailboxes('before'));
  one.bus.publish({ kind: 'channel-heads', tenantId, conversationIds: [] });
  await stranger.ready();
  stranger.follow(tenantId);
  await expect.poll(() => gaps).toContain(tenantId);
  one.bus.publish(mailboxes('after'));
  await expect.poll(() => heard).toEqual([mailboxes('after')]);
});

test('a listener that takes nothing is disconnected before the queue of notifications fills up', async () => {
  const { url } = await onPostgres();
  const way = await wayTo(url);
  const [held, sql] = [new URL(way.url), connect(url, { max: 1 })];
  onTestFinished(() => sql.end());
  const stalled = connect(held.href, { max: 1, fetch_types: false, application_name: 'seal-bus' });
  onTestFinished(() => stalled.end({ timeout: 0 }));
  await stalled.listen('seal', () => undefined);
  const [listener] = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database() and application_name = 'seal-bus'`;
  const bus = createPostgresBus({ ...common([]), aliveMs: ALIVE_MS, url, maxQueueUsage: 1e-6 });
  onTestFinished(() => bus.close());
  await bus.start();
  way.stand(true);
  way.pause();
  const filler = 'x'.repeat(7_900);
  const isConnected = async () => {
    await sql`select pg_notify('seal', ${filler} || n) from generate_series(1, 300) as n`;
    return sql`select 1 from pg_stat_activity where pid = ${listener!.pid}`;
  };
  await expect.poll(isConnected).toHaveLength(0);
});
