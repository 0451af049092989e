import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { TenantId } from '@seal-chat/protocol';
import { connect as connectDatabase } from '../src/db/connect.ts';
import { waitUntil } from '../src/postgres/processes.ts';
import { createTestDatabase } from './support/database.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import type { RelayProcess } from './support/relay.ts';
import { MAIN, spawnServer } from './support/server-process.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole processes start and stop here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(60_000) });

/** Stands between a server and its database, and can stop to pass anything on, as a frozen machine does. */
async function freezable(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const proxy = createServer((near) => {
    const far = connectTcp(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.on('data', (data) => to.write(data));
      if (isFrozen) from.pause();
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const url = new URL(databaseUrl);
  url.port = String((proxy.address() as { port: number }).port);
  url.hostname = '127.0.0.1';
  return {
    url: url.href,
    setFrozen(value: boolean): void {
      isFrozen = value;
      for (const socket of sockets) {
        if (value) socket.pause();
        else socket.resume();
      }
    },
  };
}

test('while the database says nothing the process lives and is not ready; what was asked is answered when it goes on', async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const { url, setFrozen } = await freezable(database.url);
  const server = spawnServer({ DATABASE_URL: url });
  onTestFinished(() => {
    server.child.kill('SIGKILL');
  });
  const origin = await server.ready;
  const ready = async () => (await fetch(`${await server.privateUrl}/readyz`)).status;

  const sql = connectDatabase(database.url, { max: 1 });
  onTestFinished(() => sql.end());
  const tenant = { tenantId: randomUUID() as TenantId, appKey: `pk_${randomUUID()}` };
  await sql`insert into tenants (id, name) values (${tenant.tenantId}, 'Test')`;
  await sql`
    insert into publishable_keys (key, tenant_id, allowed_origins) values (${tenant.appKey}, ${tenant.tenantId}, ${['*']})`;
  const relay = { wsUrl: `${origin.replace('http', 'ws')}/trpc` } as RelayProcess;
  const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const send = (text: string) =>
    alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, text));
  expect(await send('before')).toMatchObject({ seq: 1 });
  expect(await ready()).toBe(200);

  setFrozen(true);
  let answered = 0;
  const meanwhile = Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      send(`${i}`).then((answer) => {
        answered++;
        return answer.seq;
      }),
    ),
  );
  meanwhile.catch(() => undefined);
  expect(await waitUntil(async () => (await ready()) === 503, patient(20_000))).toBe(true);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  expect(answered).toBe(0);

  setFrozen(false);
  const seqs = await meanwhile;
  expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
  expect(await waitUntil(async () => (await ready()) === 200, patient(20_000))).toBe(true);
  expect(await send('after')).toMatchObject({ seq: 22 });
  const [row] = await sql`select count(*)::int as messages, max(seq)::int as last from messages`;
  expect(row).toEqual({ messages: 22, last: 22 });
  expect(server.child.exitCode).toBeNull();
});

test.runIf(process.platform === 'linux')(
  'with too few descriptors a connection too many is closed at once, those that are open go on, and it is logged',
  async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const child = spawn('sh', ['-c', 'ulimit -n 300; exec "$0" "$1"', process.execPath, MAIN], {
      env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let [text, log] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (some: string) => (text += some));
    child.stderr.setEncoding('utf8').on('data', (some: string) => (log += some));
    expect(await waitUntil(async () => /^ready \S+.*\n/m.test(text), patient(40_000))).toBe(true);
    const origin = new URL(/^ready (\S+)/m.exec(text)![1]!);

    const open = new Set<Socket>();
    const closed: Socket[] = [];
    for (let i = 0; i < 400; i++) {
      const socket = connectTcp(Number(origin.port), origin.hostname).on('error', () => undefined);
      open.add(socket);
      socket.resume().on('close', () => {
        open.delete(socket);
        closed.push(socket);
      });
      await once(socket, 'connect');
    }
    // None is left waiting for an answer that never comes.
    expect(
      await waitUntil(async () => open.size + closed.length === 400 && open.size <= 300 - 128, patient(5_000)),
    ).toBe(true);
    expect(open.size).toBeGreaterThan(100);
    const [first] = open;
    first!.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    const [answer] = (await once(first!, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect(log).toMatch(/connections were closed: there are too many/);

    for (const socket of open) socket.destroy();
    const isServed = async () => (await fetch(new URL('/healthz', origin)).catch(() => null))?.status === 200;
    expect(await waitUntil(isServed, patient(10_000))).toBe(true);
    expect(child.exitCode).toBeNull();
  },
);
