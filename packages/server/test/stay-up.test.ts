import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { waitUntil } from '../src/postgres/processes.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { run } from './support/run.ts';
import { MAIN, spawnServer, type ServerProcess } from './support/server-process.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole processes start and stop here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(60_000), hookTimeout: patient(60_000) });

let database: TestDatabase;
let server: ServerProcess;
let url: URL;

beforeAll(async () => {
  database = await createTestDatabase();
  server = spawnServer({ DATABASE_URL: database.url });
  url = new URL(await server.ready);
});

afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  await database.drop();
});

/** A connection on which the test says what it wants. */
async function raw(): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname).on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const UPGRADE = 'HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n';
const KEYS = 'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

const ENDS: readonly [string, (socket: Socket) => Promise<void>][] = [
  ['reset at once', async (socket) => void socket.resetAndDestroy()],
  ['close at once', async (socket) => void socket.destroy()],
  [
    'reset after the answer',
    async (socket) => {
      await once(socket, 'data');
      socket.resetAndDestroy();
    },
  ],
];

describe('a stranger’s connections', () => {
  test.each(
    ENDS.flatMap(([end, finish]) =>
      ['GET /elsewhere', 'GET /trpc', 'GET /trpc?connectionParams=1'].map((request) => [request, end, finish] as const),
    ),
  )('%s as an upgrade, then %s, over and over, leaves the process running', async (request, _end, finish) => {
    for (let i = 0; i < 40; i++) {
      const socket = await raw();
      socket.write(`${request} ${UPGRADE}${KEYS}`);
      await finish(socket);
    }
    expect((await fetch(new URL('/healthz', url))).status).toBe(200);
    expect(server.child.exitCode).toBeNull();
  });

  test('bytes that are no HTTP get an answer and no more', async () => {
    const socket = await raw();
    socket.write('\u0000\u0001nonsense\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
    await once(socket, 'close');
  });
});

test('requests that are never finished are ended', async () => {
  const sockets = await Promise.all(Array.from({ length: 20 }, raw));
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
  for (const [i, socket] of sockets.entries()) {
    socket.resume();
    if (i % 2 === 0) socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nx-one: 1\r\n');
  }
  // A line now and then does not keep a request open.
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x-more: 1\r\n');
  }, 2_000);
  onTestFinished(() => clearInterval(timer));
  let isClosed = false;
  void closed.then(() => (isClosed = true));
  expect(await waitUntil(async () => isClosed, patient(35_000))).toBe(true);
});

test('a log that nobody reads does not hold up the server, nor its end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seal-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const pipe = join(folder, 'pipe');
  await run('mkfifo', [pipe]);
  // Held open for reading, and never read: a pipe takes some 64 KiB.
  const reader = await open(pipe, 'r+');
  onTestFinished(() => reader.close());
  const child = spawn('sh', ['-c', 'exec "$0" "$1" 2> "$2"', process.execPath, MAIN, pipe], {
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'debug', DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (some: string) => (text += some));
  const isReady = async () => /^ready \S+.*\n/m.test(text);
  expect(await waitUntil(isReady, patient(40_000))).toBe(true);
  const [, origin] = /^ready (\S+)/m.exec(text)!;
  const path = `/healthz?${'x'.repeat(1_000)}`;
  for (let i = 0; i < 40; i++) {
    await Promise.all(Array.from({ length: 50 }, async () => (await fetch(`${origin}${path}`)).text()));
  }
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  await ended;
});
