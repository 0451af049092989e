import { Socket } from 'node:net';
import { expect, inject, onTestFinished, test } from 'vitest';
import postgres from '../src/generated/postgres/index.js';

/** One connection at a time, and the socket that it has now. */
function oneConnection() {
  const { hostname, port } = new URL(inject('templateUrl'));
  const sockets: Socket[] = [];
  const options = {
    max: 1,
    fetch_types: false,
    connect_timeout: 2,
    backoff: () => 0,
    // Of the same driver, whose types do not know this option.
    socket: () =>
      new Promise<Socket>((resolve, reject) => {
        const socket = new Socket().once('error', reject);
        sockets.push(socket);
        socket.connect(Number(port), hostname, () => resolve(socket));
      }),
  };
  const url = new URL(inject('templateUrl'));
  url.pathname = '/postgres';
  const sql = postgres(url.href, options as object);
  onTestFinished(() => sql.end({ timeout: 1 }));
  return { sql, socket: () => sockets.at(-1)! };
}

/** What nobody caught while the test ran. */
function watchUncaught(): unknown[] {
  const uncaught: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => uncaught.push(error));
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });
  return uncaught;
}

const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
const turn = () => new Promise((resolve) => setImmediate(resolve));
const codeOf = (error: unknown) => (error as { code?: string }).code;

test('a transaction whose connection closes fails, and throws nothing that ends the process', async () => {
  const uncaught = watchUncaught();
  const { sql, socket } = oneConnection();
  const failure = sql
    .begin(async (tx) => {
      await tx`select 1`;
      const end = closed(socket());
      socket().destroy();
      await end;
      await tx`select 2`;
    })
    .catch(codeOf);
  expect(await failure).toBe('CONNECTION_CLOSED');
  await turn();
  await turn();
  expect(uncaught).toEqual([]);
  expect(await sql`select 3 as n`).toEqual([{ n: 3 }]);
});

test('what is left of a transaction whose connection closed runs nowhere, not on the next connection either', async () => {
  const { sql, socket } = oneConnection();
  await sql`select 1`;
  let goOn = (): void => undefined;
  const rest = new Promise<void>((resolve) => (goOn = resolve));
  let late: unknown = 'not run';
  const transaction = sql.begin(async (tx) => {
    await tx`select 1`;
    socket().destroy();
    await rest;
    late = await tx`select pg_backend_pid() as pid`.catch(codeOf);
  });
  await expect(transaction).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
  goOn();
  await expect.poll(() => late).toBe('CONNECTION_CLOSED');
});

test('a connection that closes while a write is planned is replaced by one that works', async () => {
  const { sql, socket } = oneConnection();
  await sql`select 1`;
  socket().destroy();
  // Now the loop is between the callbacks of `setImmediate`, where batches leave, and what it closes.
  await turn();
  const query = sql`select 2`.catch(codeOf);
  expect(await query).toBe('CONNECTION_CLOSED');
  expect(await sql`select 3 as n`).toEqual([{ n: 3 }]);
});
