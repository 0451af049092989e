import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConversationId } from '@seal-chat/protocol';
import { createLocalBus } from '../src/bus/local.ts';
import { reconnect } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { sendAll } from './support/persistent-sender.ts';
import { startRedis, type TestRedis } from './support/redis.ts';
import { startRelay, type Relay, type RelayProcess, type TestTenant } from './support/relay.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole processes start and stop here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(90_000), hookTimeout: patient(60_000) });

const MESSAGES = 300;

/** For signing up without limits. It is on no bus, so that it has no part in what is tested. */
let relay: Relay;
let redis: TestRedis | null;
let running: WholeServer[];
let tenant: TestTenant;

beforeEach(async () => {
  running = [];
  redis = null;
  relay = await startRelay({ isWorker: false, createBus: createLocalBus });
  tenant = await relay.addTenant();
});

afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map((server) => server.ended));
  await relay.close();
  await redis?.stop();
});

/** A new person whose only device is connected to `process`. */
async function personAt(process: RelayProcess): Promise<TestPerson> {
  const person = await signUp(relay, tenant);
  await person.first.close();
  return { ...person, first: reconnect(process, tenant, person.first) };
}

/** A server process of its own on the database, and what clients need of it. */
async function start(environment: Readonly<Record<string, string>> = {}): Promise<WholeServer> {
  const bus: Readonly<Record<string, string>> = redis === null ? {} : { REDIS_URL: redis.url };
  const server = await startWholeServer(relay.database.url, { ...bus, ...environment });
  running.push(server);
  return server;
}

const PLACES = [
  ['PostgreSQL', ['SIGKILL', 'SIGTERM']],
  ['Redis', ['SIGKILL']],
] as const;

describe.each(PLACES)('two processes with a bus over %s', (place, endings) => {
  beforeEach(async () => {
    if (place === 'Redis') redis = await startRedis();
  });

  test.each(endings)(
    'one that ends by %s under load loses and doubles nothing, and its people are offline',
    async (signal) => {
      const [one, other] = [await start(), await start()];
      const [alice, bob, carol] = await Promise.all([personAt(one), personAt(other), personAt(one)]);
      const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
      await carol.first.api.conversations.openDm.mutate({ userId: bob.userId });
      const heard = await caughtUp(listen(bob.first));
      await heard.until((events) => isTold(events, carol, 'online'));

      const inputs = Array.from({ length: MESSAGES }, (_, i) =>
        messageTo(conversationId, [alice, bob], alice.first, `${i}`),
      );
      const accepted = await sendAll(
        inputs,
        alice.first,
        () => reconnect(other, tenant, alice.first),
        (count) => void (count === MESSAGES / 3 && one.child.kill(signal)),
      );
      await heard.until((events) => messagesIn(events).length >= MESSAGES);
      const got = messagesIn(heard.events);
      expect(got.map(({ position }) => position)).toEqual(inputs.map((_, i) => i + 1));
      expect(new Map(got.map(({ messageId, seq }) => [messageId as string, seq]))).toEqual(accepted);
      expect(await countStored(conversationId)).toBe(MESSAGES);
      await heard.until((events) => isTold(events, carol, 'offline'));
    },
  );

  test('a message reaches a person on the other process without waiting for a look at the database', async () => {
    const [one, other] = [await start({ ROLE: 'api' }), await start({ ROLE: 'api' })];
    const [alice, bob] = await Promise.all([personAt(one), personAt(other)]);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const heard = await caughtUp(listen(bob.first));
    const began = performance.now();
    for (let i = 1; i <= 30; i++) {
      await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, `${i}`));
      await heard.until((events) => messagesIn(events).length === i);
    }
    // A look would be every 15 s.
    expect(performance.now() - began).toBeLessThan(patient(15_000));
  });
});

test('while Redis is gone or stands still messages arrive all the same, and the server says so', async () => {
  redis = await startRedis();
  const [one, other] = [await start(), await start()];
  const [alice, bob] = await Promise.all([personAt(one), personAt(other)]);
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const heard = await caughtUp(listen(bob.first));
  let sent = 0;
  const sendAndHear = async (): Promise<void> => {
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, `${++sent}`));
    await heard.until((events) => messagesIn(events).length === sent);
  };
  const status = async () => {
    const answer = await fetch(`${await other.privateUrl}/readyz`);
    return [answer.status, ((await answer.json()) as { status: string }).status];
  };
  await sendAndHear();
  await redis.kill();
  await sendAndHear();
  await expect.poll(status).toEqual([200, 'degraded']);
  await redis.start();
  await expect.poll(status, { timeout: patient(40_000) }).toEqual([200, 'ready']);
  await sendAndHear();
  redis.freeze();
  await sendAndHear();
  redis.thaw();
  await expect.poll(status, { timeout: patient(40_000) }).toEqual([200, 'ready']);
  await sendAndHear();
  expect(messagesIn(heard.events).map(({ position }) => position)).toEqual(
    Array.from({ length: sent }, (_, i) => i + 1),
  );
});

test('a worker does the jobs and serves nobody; a process for clients does none', async () => {
  const api = await start({ ROLE: 'api' });
  await api.privateUrl;
  const jobs = () => relay.sql`select 1 from information_schema.tables where table_schema = 'bullmq'`;
  expect(await jobs()).toHaveLength(0);
  const worker = await start({ ROLE: 'worker' });
  expect(await worker.ready).toBe('worker');
  const answer = await fetch(`${await worker.privateUrl}/readyz`);
  expect(await answer.json()).toMatchObject({ status: 'ready' });
  await expect
    .poll(() => relay.sql`select 1 from bullmq.job where name = 'purge' and state = 'completed'`)
    .toHaveLength(1);
  worker.child.kill('SIGTERM');
  expect((await worker.ended).code).toBe(0);
});

test('a process that is to stop says that it is not ready, then closes its sockets, before it ends', async () => {
  const [one, other] = [await start({ DRAIN_SECONDS: '2' }), await start()];
  const person = await personAt(one);
  await person.first.api.preKeys.status.query();
  const closed = new Promise<number>((resolve) => person.first.sockets()[0]!.once('close', resolve));
  one.child.kill('SIGTERM');
  const privateUrl = await one.privateUrl;
  await expect.poll(async () => (await fetch(`${privateUrl}/readyz`)).status).toBe(503);
  // It still serves those who are there.
  await person.first.api.preKeys.status.query();
  expect(await closed).toBe(1012);
  await reconnect(other, tenant, person.first).api.preKeys.status.query();
  expect((await one.ended).code).toBe(0);
});

function isTold(
  events: Parameters<Parameters<ReturnType<typeof listen>['until']>[0]>[0],
  { userId }: TestPerson,
  state: string,
) {
  const told = events.flatMap((event) => (event.type === 'presence' && event.userId === userId ? [event.state] : []));
  return told.at(-1) === state;
}

async function countStored(conversationId: ConversationId): Promise<number> {
  const [row] = await relay.sql<{ n: number }[]>`
    select count(*)::int as n from messages where conversation_id = ${conversationId}`;
  return row!.n;
}
