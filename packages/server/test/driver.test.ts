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
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    const listeners = process.rawListeners(event) as ((error: unknown) => void)[];
    process.removeAllListeners(event);
    process.on(event, (error: unknown) => uncaught.push(error));
    onTestFinished(() => {
      process.removeAllListeners(event);
      for (const listener of listeners) process.on(event, listener);
    });
  }
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

test('whenever connections are ended, every statement is answered, and none brings the process down', async () => {
  const uncaught = watchUncaught();
  const url = new URL(inject('templateUrl'));
  url.pathname = '/postgres';
  const name = `ended ${process.pid}`;
  const [sql, other] = [name, 'other'].map((application_name) =>
    postgres(url.href, { max: 6, backoff: () => 0.01, connection: { application_name } } as object),
  ) as [postgres.Sql, postgres.Sql];
  onTestFinished(async () => {
    await Promise.all([sql.end({ timeout: 1 }), other.end({ timeout: 1 })]);
  });
  const ends = { answered: 0, refused: 0 };
  const ask = async (): Promise<void> => {
    const wasAnswered = await sql`select ${[1, 2]}::int[]`.then(
      () => true,
      () => false,
    );
    ends[wasAnswered ? 'answered' : 'refused']++;
  };
  const rounds = 40;
  for (let round = 0; round < rounds; round++) {
    const before = Array.from({ length: 6 }, ask);
    await other`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`;
    // Some while the sockets break, some after.
    await Promise.all([...before, ask(), ask(), ask()]);
  }
  expect(ends.answered + ends.refused).toBe(rounds * 9);
  expect(ends.refused).toBeGreaterThan(0);
  expect(ends.answered).toBeGreaterThan(0);
  await turn();
  expect(uncaught).toEqual([]);
});

test('bytes arrive as they were sent, empty ones and large ones, beside texts and nulls, also when sent again', async () => {
  const { sql } = oneConnection();
  for (const length of [0, 1, 255, 1_048_592, 3]) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => i % 251));
    const [row] = await sql`
      select ${'before'} as before, ${bytes}::bytea as bytes, length(${bytes}::bytea) as length, ${null}::bytea as none,
        ${new Uint8Array([0, 255])}::bytea as small, ${'after'} as after`;
    expect(row).toMatchObject({ before: 'before', length, none: null, after: 'after' });
    expect(bytes.equals(row!['bytes'] as Buffer)).toBe(true);
    expect([...(row!['small'] as Buffer)]).toEqual([0, 255]);
  }
});
