import { cp, chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../src/db/connect.ts';
import { startPostgres } from '../src/postgres/cluster.ts';
import { chooseUser } from '../src/postgres/run-as.ts';
import { reconnect } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { postgresPrograms, startOwnCluster } from './support/own-cluster.ts';
import { signUp, type TestPerson } from './support/people.ts';
import type { TestTenant } from './support/relay.ts';
import { run } from './support/run.ts';
import { addTenant, startWholeServer, type WholeServer } from './support/whole-server.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole clusters are made, copied and started here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(120_000), hookTimeout: patient(60_000) });

let scratch: string;
let undo: (() => Promise<unknown>)[];

beforeEach(async () => {
  undo = [];
  scratch = await mkdtemp(join(tmpdir(), 'seal-backup-'));
  // As root, PostgreSQL runs as another user, which has to pass through.
  await chmod(scratch, 0o711);
});

afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  await rm(scratch, { recursive: true, force: true });
});

async function serve(databaseUrl: string): Promise<WholeServer> {
  const server = await startWholeServer(databaseUrl);
  undo.push(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
  });
  return server;
}

async function end(server: WholeServer): Promise<void> {
  server.child.kill('SIGTERM');
  await server.ended;
}

function open(url: string): Sql {
  const sql = connect(url, { max: 2 });
  undo.push(() => sql.end({ timeout: 5 }));
  return sql;
}

/** Two people with a DM. */
async function makePair(server: WholeServer, tenant: TestTenant) {
  const [alice, bob] = await Promise.all([signUp(server, tenant), signUp(server, tenant)]);
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const send = (text: string) =>
    alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, text));
  return { alice, bob, conversationId, send };
}

/** The numbers of all messages that `person`'s device learns of on `server`, from the position it has or says it has. */
async function hears(
  server: WholeServer,
  tenant: TestTenant,
  { first }: TestPerson,
  lastEventId: string | null = null,
) {
  const device = reconnect(server, tenant, first);
  const heard = await caughtUp(listen(device, lastEventId));
  const seqs = messagesIn(heard.events).map(({ seq }) => seq);
  await device.close();
  return seqs;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test('a dump made under load, restored into an empty cluster, has all that was acknowledged before; devices ahead of it start again', async () => {
  const before = await startOwnCluster(join(scratch, 'before'));
  undo.push(before.stop);
  const first = await serve(before.url);
  const tenant = await addTenant(open(before.url));
  const { bob, send } = await makePair(first, tenant);
  const heard = await caughtUp(listen(bob.first));

  let sent = 0;
  const load = { isEnough: false };
  const sending = (async () => {
    while (!load.isEnough) {
      await send(`${sent + 1}`);
      sent++;
    }
  })();
  await vi.waitUntil(() => sent >= 100, patient(30_000));
  const acknowledged = sent;
  const dump = join(scratch, 'dump');
  await run(join(postgresPrograms(), 'pg_dump'), ['--format=custom', `--file=${dump}`, before.url]);
  const whenDumped = sent;
  // Something comes after the dump that it cannot have.
  await vi.waitUntil(() => sent >= whenDumped + 20, patient(30_000));
  load.isEnough = true;
  await sending;
  await heard.until((events) => messagesIn(events).length === sent);
  const ahead = heard.lastEventId();
  await end(first);

  const after = await startOwnCluster(join(scratch, 'after'));
  undo.push(after.stop);
  // Roles belong to a cluster, not to the dump of a database.
  await open(after.url).unsafe('create role seal_app nologin; create role seal_ops nologin').simple();
  await run(join(postgresPrograms(), 'pg_restore'), ['--exit-on-error', '--no-owner', `--dbname=${after.url}`, dump]);
  const second = await serve(after.url);
  const restored = await hears(second, tenant, bob);
  expect(restored.length).toBeGreaterThanOrEqual(acknowledged);
  expect(restored.length).toBeLessThan(sent);
  expect(restored).toEqual(upTo(restored.length));
  // A position that this mailbox never reached: the device is given everything again, with numbers that it knows.
  expect(await hears(second, tenant, bob, ahead)).toEqual(restored);
});

test('a base backup and the archived log bring back the moment before an accident, on the embedded PostgreSQL', async () => {
  const archive = join(scratch, 'archive');
  await mkdir(archive);
  const [before, after] = ['before', 'after'].map((name) => join(scratch, name)) as [string, string];
  const { owner } = await chooseUser([archive]);
  if (owner !== null) await chown(archive, owner.uid, owner.gid);
  const cluster = await startPostgres({
    dataDir: before,
    settings: {
      fsync: 'off',
      archive_mode: 'on',
      archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/%f`,
    },
  });
  undo.push(cluster.stop);
  const server = await serve(cluster.url);
  const sql = open(cluster.url);
  const tenant = await addTenant(sql);
  const { bob, send } = await makePair(server, tenant);

  for (const text of ['1', '2']) await send(text);
  const superuser = new URL(cluster.url);
  const password = (await readFile(join(before, 'postgres.password'), 'utf8')).trim();
  Object.assign(superuser, { username: 'seal', password });
  // As pg_basebackup does: the session that begins a backup also ends it.
  await open(superuser.href)
    .reserve()
    .then(async (session) => {
      await session`select pg_backup_start('nightly', true)`;
      await cp(join(before, 'postgres'), join(after, 'postgres'), { recursive: true });
      const [stopped] = await session<{ labelfile: string }[]>`select labelfile from pg_backup_stop()`;
      await writeFile(join(after, 'postgres/backup_label'), stopped!.labelfile);
      session.release();
    });
  for (const text of ['3', '4']) await send(text);
  const [moment] = await sql<{ at: string }[]>`select clock_timestamp()::text as at`;
  // The accident.
  await sql`delete from messages`;
  await send('5');
  const [log] = await open(superuser.href)<{ name: string }[]>`select pg_walfile_name(pg_switch_wal()) as name`;
  await vi.waitUntil(async () => {
    const [done] = await sql`select 1 from pg_stat_archiver where last_archived_wal >= ${log!.name}`;
    return done !== undefined;
  }, patient(30_000));
  await end(server);

  for (const name of ['postmaster.pid', 'postmaster.opts', 'pg_wal']) {
    await rm(join(after, 'postgres', name), { recursive: true, force: true });
  }
  await mkdir(join(after, 'postgres/pg_wal'), { mode: 0o700 });
  await writeFile(join(after, 'postgres/recovery.signal'), '');
  await writeFile(join(after, 'postgres.password'), password);
  if (owner !== null) await run('chown', ['-R', `${owner.uid}:${owner.gid}`, join(after, 'postgres')]);
  await chmod(join(after, 'postgres'), 0o700);
  await chmod(after, 0o711);
  const restored = await startPostgres({
    dataDir: after,
    settings: {
      fsync: 'off',
      // It takes no connections before the moment is reached.
      hot_standby: 'off',
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: moment!.at,
      recovery_target_action: 'promote',
    },
  });
  undo.push(restored.stop);
  expect(await hears(await serve(restored.url), tenant, bob)).toEqual([1, 2, 3, 4]);
});
