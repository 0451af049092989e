import { Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { TenantId } from '@seal-chat/protocol';
import type { SqlDoor } from '../src/db/doors.ts';
import postgres from '../src/generated/postgres/index.js';

type Client = postgres.Sql & SqlDoor;
/** Changes what the driver writes, or leaves it. */
type Tamper = (text: string) => string;

const [A, B, C] = [randomUUID(), randomUUID(), randomUUID()] as TenantId[] as [TenantId, TenantId, TenantId];

/** One connection at a time, of which `tamper` sees what is sent; how many there have been; and what ends the present one. */
function oneConnection(tamper: Tamper = (text) => text) {
  const { hostname, port } = new URL(inject('templateUrl'));
  const sockets: Socket[] = [];
  const options = {
    max: 1,
    fetch_types: false,
    backoff: () => 0,
    onnotice: () => undefined,
    // Of the same driver, whose types do not know this option.
    socket: () =>
      new Promise<Socket>((resolve, reject) => {
        const socket = new Socket().once('error', reject);
        sockets.push(socket);
        socket.connect(Number(port), hostname, () => {
          const write = socket.write.bind(socket) as (bytes: Buffer, done?: () => void) => boolean;
          socket.write = ((bytes: Buffer, done?: () => void) =>
            write(Buffer.from(tamper(bytes.toString('latin1')), 'latin1'), done)) as typeof socket.write;
          resolve(socket);
        });
      }),
  };
  const url = new URL(inject('templateUrl'));
  url.pathname = '/postgres';
  const sql = postgres(url.href, options as object) as Client;
  onTestFinished(() => sql.end({ timeout: 1 }));
  return {
    sql,
    connections: () => sockets.length,
    cut: () => new Promise((resolve) => sockets.at(-1)!.once('close', resolve).destroy()),
  };
}

const codeOf = (error: unknown) => (error as { code?: string }).code;
const setting = async (sql: postgres.Sql, mark = 0) => {
  const [row] = await sql<{ tenant: string | null; mark: number }[]>`
    select current_setting('app.tenant', true) as tenant, ${mark}::int as mark`;
  return [row!.tenant, row!.mark];
};
const inTransaction = (sql: postgres.Sql, mark: number) =>
  sql.begin(async (tx) => {
    await tx.savepoint((inner) => inner`select 1/0`).catch(() => undefined);
    return setting(tx as unknown as postgres.Sql, mark);
  });

test('statements of several tenants that leave in one write run for their own each, whatever fails between', async () => {
  const { sql, connections } = oneConnection();
  await Promise.all([setting(sql.of(A)), setting(sql)]);
  const asked = Array.from({ length: 60 }, (_, mark) => {
    const tenant = [A, B, C][mark % 3]!;
    if (mark % 7 === 6) return sql.of(tenant)`select 1/${0}::int`.catch(codeOf);
    return mark % 5 === 4 ? inTransaction(sql.of(tenant), mark) : setting(sql.of(tenant), mark);
  });
  const answers = await Promise.all(asked);
  for (const [mark, answer] of answers.entries()) {
    expect(answer).toEqual(mark % 7 === 6 ? '22012' : [[A, B, C][mark % 3], mark]);
  }
  expect(connections()).toBe(1);
});

test('a statement that says no tenant runs for none, also where the connection was set to one before', async () => {
  const { sql, connections } = oneConnection();
  expect(await setting(sql)).toEqual([null, 0]);
  expect(await setting(sql.of(A))).toEqual([A, 0]);
  expect(await setting(sql)).toEqual(['', 0]);
  expect(await setting(sql.of(A))).toEqual([A, 0]);
  expect(await inTransaction(sql, 1)).toEqual(['', 1]);
  expect(await setting(sql.of(B))).toEqual([B, 0]);
  const reserved = await sql.reserve();
  expect(await setting(reserved)).toEqual(['', 0]);
  reserved.release();
  const [first, second] = await Promise.all([setting(sql.of(A), 1), setting(sql, 2)]);
  expect([first, second]).toEqual([
    [A, 1],
    ['', 2],
  ]);
  expect(connections()).toBe(1);
});

test('a connection that takes the place of another one is set again', async () => {
  const { sql, cut, connections } = oneConnection();
  expect(await setting(sql.of(A), 1)).toEqual([A, 1]);
  await cut();
  expect(await setting(sql.of(A), 2)).toEqual([A, 2]);
  expect(connections()).toBe(2);
  // Also where it ends before it has been set.
  const interrupted = [setting(sql.of(B), 3), setting(sql.of(C), 4)].map((answer) => answer.catch(codeOf));
  await new Promise((resolve) => setImmediate(resolve));
  await cut();
  expect(await Promise.all(interrupted)).toEqual(['CONNECTION_CLOSED', 'CONNECTION_CLOSED']);
  expect(await setting(sql.of(B), 5)).toEqual([B, 5]);
});

test('where a connection cannot be set, nothing sent after it is answered, and no later answer is another statement’s', async () => {
  let isSpoiling = true;
  // As long as it was, and no SQL.
  const spoil: Tamper = (text) =>
    isSpoiling ? text.replace(`set app.tenant = '${B}`, `set app!tenant = '${B}`) : text;
  const { sql, connections } = oneConnection(spoil);
  await Promise.all([setting(sql.of(A)), setting(sql.of(C))]);
  const first = setting(sql.of(A), 1);
  const after = [setting(sql.of(B), 2), setting(sql.of(B), 3), setting(sql.of(C), 4), setting(sql.of(A), 5)];
  // Of a form that the connection does not know yet: what comes after it waits for room.
  const fresh = (async () => sql.of(B)`select ${6}::bigint as mark`)().catch(codeOf);
  const waiting = [setting(sql.of(C), 7), setting(sql.of(A), 8)];
  expect(await first).toEqual([A, 1]);
  expect(await fresh).toBe('42601');
  expect(await Promise.all(after.map((answer) => answer.catch(codeOf)))).toEqual(['42601', '42601', '42601', '42601']);
  expect(await Promise.all(waiting)).toEqual([
    [C, 7],
    [A, 8],
  ]);
  expect(await inTransaction(sql.of(B), 9).catch(codeOf)).toBe('42601');
  isSpoiling = false;
  expect(await inTransaction(sql.of(B), 10)).toEqual([B, 10]);
  expect(await setting(sql.of(B), 11)).toEqual([B, 11]);
  expect(connections()).toBeGreaterThan(1);
});

test('a connection that a statement leaves in a transaction is given to nobody', async () => {
  const { sql, connections } = oneConnection();
  await sql.of(A).unsafe('begin');
  // The next statement meets the end of the connection, or another connection.
  const next = await setting(sql.of(B), 1).catch(codeOf);
  expect([JSON.stringify([B, 1]), '"CONNECTION_CLOSED"']).toContain(JSON.stringify(next));
  // Undone, the setting of a transaction would be that of the tenant before.
  await sql.of(B).unsafe('rollback');
  expect(await setting(sql.of(B), 2)).toEqual([B, 2]);
  expect(connections()).toBeGreaterThan(1);
  const together = [sql.of(A).unsafe('begin').catch(codeOf), setting(sql.of(B), 1).catch(codeOf)];
  const [, answer] = await Promise.all(together);
  expect(answer).toBe('25001');
});
