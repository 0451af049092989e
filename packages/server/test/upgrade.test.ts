import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../src/db/connect.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './support/database.ts';
import { reconnect } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { LATER_MIGRATION, makeNextVersion } from './support/next-version.ts';
import { signUp } from './support/people.ts';
import { sendAll } from './support/persistent-sender.ts';
import { spawnServer, type ServerProcess } from './support/server-process.ts';
import { addTenant, startWholeServer, type WholeServer } from './support/whole-server.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole processes start and stop here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(120_000), hookTimeout: patient(60_000) });

/** What a migration does that older processes can live with: it adds, and fills without holding rows for long. */
const EXPAND = `
  set lock_timeout = '2s';
  alter table messages add column later_note text;
  alter table users add column later_kind smallint not null default 0;
  create table later_things (id bigint generated always as identity primary key, tenant_id uuid not null);`;

const MESSAGES = 400;

let scratch: string;
let database: TestDatabase;
let sql: Sql;
let running: ServerProcess[];

beforeEach(async () => {
  running = [];
  scratch = await mkdtemp(join(tmpdir(), 'seal-upgrade-'));
  database = await createTestDatabase();
  sql = connect(database.url, { max: 2 });
});

afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  await sql.end();
  await database.drop();
  await rm(scratch, { recursive: true, force: true });
});

async function start(program?: string, url = database.url): Promise<WholeServer> {
  const server = await startWholeServer(url, { MIGRATE: 'off' }, program);
  running.push(server);
  return server;
}

/** Whether row-level security holds what a process does, as its metrics say. */
async function isHeld(server: WholeServer): Promise<string | undefined> {
  const metrics = await (await fetch(`${await server.privateUrl}/metrics`)).text();
  return /^seal_rls_enforced (\d)$/m.exec(metrics)?.[1];
}

test('two processes are replaced by a later version, with its migration before, under load: nothing is lost, doubled or refused', async () => {
  const next = await makeNextVersion(scratch, EXPAND);
  const old = [await start(), await start()] as const;
  const tenant = await addTenant(sql);
  const [alice, bob] = [await signUp(old[0], tenant), await signUp(old[1], tenant)];
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const heard = await caughtUp(listen(bob.first));
  const inputs = Array.from({ length: MESSAGES }, (_, i) =>
    messageTo(conversationId, [alice, bob], alice.first, `${i}`),
  );
  let accepted = 0;
  let present: WholeServer = old[0];
  const sendSome = (from: number, to: number) =>
    sendAll(
      inputs.slice(from, to),
      reconnect(present, tenant, alice.first),
      () => reconnect(present, tenant, alice.first),
      () => (accepted += 1),
    );

  // The step that changes the database, while the old ones work on it.
  const during = sendSome(0, 100);
  await vi.waitUntil(() => accepted > 0, patient(30_000));
  const migrated = await spawnServer({ DATABASE_URL: database.url }, { program: next, words: ['migrate'] }).ended;
  expect(migrated).toMatchObject({ code: 0, stdout: `migrated ${LATER_MIGRATION}\n` });
  await during;
  // The table that it adds is held before a process of the new version starts.
  expect(await sql`select from pg_policies where tablename = 'later_things'`).toHaveLength(2);

  // One old, one new; then both new.
  const one = await start(next);
  const beside = sendSome(100, 250);
  await vi.waitUntil(() => accepted > 120, patient(30_000));
  present = one;
  old[0].child.kill('SIGTERM');
  expect((await old[0].ended).code).toBe(0);
  await beside;
  expect(messagesIn(heard.events).length).toBeGreaterThanOrEqual(100);

  const two = await start(next);
  const after = sendSome(250, MESSAGES);
  const position = heard.lastEventId();
  old[1].child.kill('SIGTERM');
  expect((await old[1].ended).code).toBe(0);
  const rest = await caughtUp(listen(reconnect(two, tenant, bob.first), position));
  await after;
  await rest.until((events) => messagesIn(events).some(({ seq }) => seq === MESSAGES));

  const seen = new Map(
    [...heard.events, ...rest.events].flatMap((e) => (e.type === 'message' ? [[e.seq, e.messageId]] : [])),
  );
  expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual(inputs.map((_, i) => i + 1));
  expect(new Set(seen.values())).toEqual(new Set(inputs.map(({ messageId }) => messageId)));
});

test('row-level security is put in force under load, beside a process that logs in as the owner and knows nothing of it', async () => {
  const without = await createEmptyDatabase();
  const owner = connect(without.url, { max: 2 });
  try {
    // A process that finds it off works as every version before it did.
    await migrate(without.url);
    const old = await start(undefined, without.url);
    expect(await isHeld(old)).toBe('0');
    const tenant = await addTenant(owner);
    const [alice, bob] = [await signUp(old, tenant), await signUp(old, tenant)];
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const heard = await caughtUp(listen(bob.first));
    const inputs = Array.from({ length: MESSAGES }, (_, i) =>
      messageTo(conversationId, [alice, bob], alice.first, `${i}`),
    );
    let accepted = 0;
    let present = old;
    const next = () => reconnect(present, tenant, alice.first);
    const sendSome = (from: number, to: number) => sendAll(inputs.slice(from, to), next(), next, () => (accepted += 1));

    const during = sendSome(0, 150);
    await vi.waitUntil(() => accepted > 0, patient(30_000));
    const migrated = await spawnServer({ DATABASE_URL: without.url }, { words: ['migrate'] }).ended;
    expect(migrated).toMatchObject({ code: 0, stdout: 'migrated nothing: up to date\n' });
    await during;

    // The one that is held, and the owner, each send half of what comes now.
    const held = await start(undefined, without.url);
    expect(await isHeld(held)).toBe('1');
    const beside = sendSome(150, 250);
    present = held;
    await Promise.all([beside, sendSome(250, MESSAGES)]);
    await heard.until((events) => messagesIn(events).length === MESSAGES);
    const seqs = messagesIn(heard.events).map(({ seq }) => seq);
    expect(seqs).toEqual(inputs.map((_, i) => i + 1));
  } finally {
    for (const { child } of running) child.kill('SIGKILL');
    await owner.end();
    await without.drop();
  }
});

test('a process of the older version that starts after the migration says which version it takes, and changes nothing', async () => {
  const next = await makeNextVersion(scratch, EXPAND);
  await spawnServer({ DATABASE_URL: database.url }, { program: next, words: ['migrate'] }).ended;
  const { code, stderr } = await spawnServer({ DATABASE_URL: database.url }).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^seal: The database has the migration 9999_later, which this version of Seal does not have[^\n]*\n$/,
  );
  const kept = await sql`select 1 from _prisma_migrations where migration_name = ${LATER_MIGRATION}`;
  expect(kept).toHaveLength(1);
});
