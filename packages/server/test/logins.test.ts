import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sql } from 'postgres';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../src/db/connect.ts';
import { isIsolated, isolate } from '../src/migrate/isolate.ts';
import { migrate } from '../src/migrate/migrate.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './support/database.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { postgresPrograms, startOwnCluster } from './support/own-cluster.ts';
import { signUp } from './support/people.ts';
import { run } from './support/run.ts';
import { spawnServer } from './support/server-process.ts';
import { addTenant, startWholeServer } from './support/whole-server.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole processes start and stop here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(60_000), hookTimeout: patient(60_000) });

let undo: (() => Promise<unknown>)[];

beforeEach(() => (undo = []));
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
});

/** A database, and its owner's connection to it. */
async function own(making: Promise<TestDatabase>): Promise<{ readonly url: string; readonly sql: Sql }> {
  const database = await making;
  const sql = connect(database.url, { max: 1 });
  undo.push(database.drop, () => sql.end());
  return { url: database.url, sql };
}

/** A role that logs in and may nothing that others may not. @returns the database's URL for it, and its name */
async function makeLogin(sql: Sql, url: string): Promise<{ readonly url: string; readonly name: string }> {
  const name = `login_${randomBytes(8).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  await sql.unsafe(`create role ${name} login password '${password}'`);
  undo.push(async () => {
    const steps = ['grant $ to current_user', 'reassign owned by $ to current_user', 'drop owned by $', 'drop role $'];
    for (const step of steps) await sql.unsafe(step.replace('$', name));
  });
  const its = new URL(url);
  Object.assign(its, { username: name, password });
  return { url: its.href, name };
}

async function serve(url: string, environment: Readonly<Record<string, string>>) {
  const server = await startWholeServer(url, environment);
  let isEnded = false;
  const end = async (): Promise<void> => {
    if (isEnded) return;
    isEnded = true;
    server.child.kill('SIGTERM');
    await server.ended;
  };
  undo.push(end);
  const metrics = await (await fetch(`${await server.privateUrl}/metrics`)).text();
  return { server, end, held: Number(/^seal_rls_enforced (\d)$/m.exec(metrics)?.[1]) };
}

async function talk(server: Awaited<ReturnType<typeof startWholeServer>>, sql: Sql): Promise<void> {
  const tenant = await addTenant(sql);
  const [alice, bob] = await Promise.all([signUp(server, tenant), signUp(server, tenant)]);
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const heard = await caughtUp(listen(bob.first));
  await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'hello'));
  await heard.until((events) => messagesIn(events).length === 1);
  await Promise.all([alice.first.close(), bob.first.close()]);
}

test('a login that owns no table serves, does the jobs and keeps the demo, once the owner has migrated', async () => {
  const { sql, url } = await own(createTestDatabase());
  const login = await makeLogin(sql, url);
  // The queue makes a schema of its own.
  await sql
    .unsafe(
      `grant seal_app, seal_ops to ${login.name}; grant create on database ${new URL(url).pathname.slice(1)} to ${login.name}`,
    )
    .simple();
  const { server, held } = await serve(login.url, { MIGRATE: 'off', DEMO: 'on' });
  expect(held).toBe(1);
  await talk(server, sql);
  expect((await fetch(`${await server.privateUrl}/readyz`)).status).toBe(200);
  expect(await sql`select from publishable_keys where key = 'pk_demo_seal'`).toHaveLength(1);
  const owned = await sql`
    select relname from pg_class where relowner = ${login.name}::regrole and relnamespace = 'public'::regnamespace`;
  expect([...owned]).toEqual([]);
});

test('the roles that compose makes are those that migrating and serving need', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'seal-roles-'));
  await chmod(scratch, 0o711);
  const cluster = await startOwnCluster(join(scratch, 'cluster'));
  undo.push(() => rm(scratch, { recursive: true, force: true }), cluster.stop);
  const { hostname, port } = new URL(cluster.url);
  for (const name of ['owner', 'server']) await writeFile(join(scratch, `${name}_password`), `the ${name}'s`);
  await run('sh', [fileURLToPath(new URL('../../../docker/roles.sh', import.meta.url))], {
    env: {
      PATH: `${postgresPrograms()}:${process.env['PATH']}`,
      PGHOST: hostname,
      PGPORT: port,
      POSTGRES_USER: 'seal',
      POSTGRES_DB: 'seal',
      SECRETS: scratch,
    },
  });
  const [owner, server] = ['seal_owner', 'seal_server'].map((username) =>
    Object.assign(new URL(cluster.url), { username }),
  ) as [URL, URL];
  const { code, stderr } = await spawnServer({ DATABASE_URL: owner.href }, { words: ['migrate'] }).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const sql = connect(owner.href, { max: 1 });
  undo.push(() => sql.end());
  const serving = await serve(server.href, { MIGRATE: 'off', ROLE: 'api' });
  expect(serving.held).toBe(1);
  await talk(serving.server, sql);
  const itself = connect(server.href, { max: 1 });
  undo.push(() => itself.end());
  await expect(itself`alter table users add column more int`).rejects.toMatchObject({ code: '42501' });
});

test('a login that may not enter the roles serves without row-level security and says so, and with it once they are granted', async () => {
  const { sql: admin, url } = await own(createEmptyDatabase());
  const login = await makeLogin(admin, url);
  await admin
    .unsafe(
      `grant ${login.name} to current_user; alter database ${new URL(url).pathname.slice(1)} owner to ${login.name}`,
    )
    .simple();
  await admin.unsafe(`grant all on schema public to ${login.name}`);
  const sql = connect(login.url, { max: 1 });
  undo.push(() => sql.end());
  const first = await serve(login.url, {});
  expect(first.held).toBe(0);
  await talk(first.server, sql);
  await first.end();
  await admin.unsafe(`grant seal_app, seal_ops to ${login.name}`);
  const { stdout } = await spawnServer({ DATABASE_URL: login.url }, { words: ['migrate'] }).ended;
  expect(stdout).toBe('migrated nothing: up to date\n');
  const second = await serve(login.url, { MIGRATE: 'off' });
  expect(second.held).toBe(1);
  await talk(second.server, sql);
});

test('looking whether row-level security is in force changes nothing, and finds each thing that is left to do', async () => {
  const { sql, url } = await own(createEmptyDatabase());
  await migrate(url);
  expect(await isIsolated(url)).toBe(false);
  expect(await sql`select from pg_policies`).toHaveLength(0);
  expect(await isolate(url)).toBe(true);
  expect(await isIsolated(url)).toBe(true);
  for (const statement of [
    'drop policy seal_app on users',
    'alter table users disable row level security',
    'create table later (tenant_id uuid)',
    "create function seal_later() returns int language sql as 'select 1'",
    'revoke all on schema public from public, seal_app',
    'revoke select on _prisma_migrations from seal_ops',
  ]) {
    await sql.unsafe(statement);
    expect({ statement, held: await isIsolated(url) }).toEqual({ statement, held: false });
    expect(await isolate(url)).toBe(true);
    expect(await isIsolated(url)).toBe(true);
  }
});

test('a table that is held for long does not make the others wait for row-level security as long', async () => {
  const { sql, url } = await own(createEmptyDatabase());
  await migrate(url);
  const other = connect(url, { max: 1 });
  undo.push(() => other.end());
  let isolating: Promise<boolean> | undefined;
  await other.begin(async (tx) => {
    await tx`lock table vaults in row exclusive mode`;
    isolating = isolate(url);
    await vi.waitUntil(async () => {
      const [waiting] = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%seal_isolate%'`;
      return waiting !== undefined;
    }, patient(10_000));
    for (const { name } of await sql<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`) {
      await sql.unsafe(`select from ${name} limit 1`);
    }
  });
  expect(await isolating).toBe(true);
  expect(await isIsolated(url)).toBe(true);
});
