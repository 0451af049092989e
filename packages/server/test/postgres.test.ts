import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startPostgres, type EmbeddedPostgres } from '../src/postgres/cluster.ts';
import { isAlive, waitUntil } from '../src/postgres/processes.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole processes start and stop here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(60_000), hookTimeout: patient(60_000) });

let dataDir: string;
let running: EmbeddedPostgres[];

beforeEach(async () => {
  running = [];
  dataDir = await mkdtemp(join(tmpdir(), 'seal-postgres-'));
  await chmod(dataDir, 0o711);
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

/** Killed processes lose nothing the system has taken, so nothing has to reach the disk here. */
const QUICK = { fsync: 'off' };

async function start(): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ dataDir, settings: QUICK });
  running.push(server);
  return server;
}

async function query<T>(url: string, text: string): Promise<T[]> {
  const sql = postgres(url, { max: 1 });
  try {
    return [...(await sql.unsafe<T[]>(text))];
  } finally {
    await sql.end();
  }
}

async function postmaster(): Promise<number> {
  const pid = Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  // Signals to 0 and below would go to whole groups of processes.
  if (!Number.isSafeInteger(pid) || pid <= 1) throw new Error('postmaster.pid is not written yet');
  return pid;
}

test('data and password survive a restart; only the owner can read files with secrets', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 42 as answer');
  for (const name of ['postgres.password', 'database.password', 'database.url']) {
    expect((await stat(join(dataDir, name))).mode & 0o077).toBe(0);
  }
  await first.stop();
  const second = await start();
  expect(new URL(second.url).password).toBe(new URL(first.url).password);
  expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('what an earlier release made as the superuser belongs, after the next start, to the role that logs in', async () => {
  const first = await start();
  const superuser = new URL(first.url);
  superuser.username = 'seal';
  superuser.password = await readFile(join(dataDir, 'postgres.password'), 'utf8');
  await query(
    superuser.href,
    `create table kept (id bigserial, at int generated always as identity); create schema jobs; create view jobs.seen as select 1;
    create type mood as enum ('good'); create function kept_all() returns int language sql as 'select 1'; insert into kept default values`,
  );
  await expect(query(first.url, 'select from kept')).rejects.toThrow(/permission denied/);
  await first.stop();
  const { url } = await start();
  expect(await query(url, 'select id, at from kept')).toEqual([{ id: '1', at: 1 }]);
  await query(
    url,
    'insert into kept default values; drop view jobs.seen; drop schema jobs; drop type mood; drop function kept_all()',
  );
  expect(await query(url, 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user')).toEqual([
    { rolsuper: false, rolbypassrls: false },
  ]);
});

test('PostgreSQL that is killed with -9 comes back on the same port with everything that was committed', async () => {
  const reasons: string[] = [];
  const server = await startPostgres({ dataDir, settings: QUICK, onRestart: (reason) => reasons.push(reason) });
  running.push(server);
  await query(server.url, 'create table kept as select 42 as answer');
  const killed = await postmaster();
  process.kill(killed, 'SIGKILL');
  const isBack = async () =>
    (await postmaster().catch(() => killed)) !== killed &&
    (await query(server.url, 'select answer from kept').catch(() => [])).length === 1;
  expect(await waitUntil(isBack, patient(40_000))).toBe(true);
  expect(reasons).toHaveLength(1);
});

test('a server whose PostgreSQL is killed over and over has it again once that ends', async () => {
  const reasons: string[] = [];
  const server = await startPostgres({ dataDir, settings: QUICK, onRestart: (reason) => reasons.push(reason) });
  running.push(server);
  let last = 0;
  const killAgain = async () => {
    const pid = await postmaster().catch(() => last);
    if (pid !== last && isAlive(pid)) process.kill((last = pid), 'SIGKILL');
    return reasons.length >= 5;
  };
  expect(await waitUntil(killAgain, patient(40_000))).toBe(true);
  const isBack = async () => (await query(server.url, 'select 1 as one').catch(() => [])).length === 1;
  expect(await waitUntil(isBack, patient(40_000))).toBe(true);
});

test('a data directory below a private one works, even as root', async () => {
  const closed = join(dataDir, 'closed');
  await mkdir(closed, { mode: 0o700 });
  const server = await startPostgres({ dataDir: join(closed, 'data'), settings: QUICK });
  running.push(server);
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect((await stat(closed)).mode & 0o777).toBe(0o700);
});

test('a second server on the same directory is refused, and the first goes on', async () => {
  const first = await start();
  await expect(startPostgres({ dataDir })).rejects.toThrow(/^DATA_DIR .* is in use by another Seal server/);
  expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a start waits for a server that is about to stop', async () => {
  const first = await start();
  await first.announceStop();
  const second = start();
  await first.stop();
  expect(await query((await second).url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('the lock of a process that no longer exists is taken over, even when its id is in use again', async () => {
  await writeFile(join(dataDir, 'seal.lock'), `${process.pid} 1`);
  const server = await start();
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('exactly one of ten that find a stale lock at once gets the directory', async () => {
  await writeFile(join(dataDir, 'seal.lock'), `${process.pid} 1`);
  const attempts = await Promise.allSettled(
    Array.from({ length: 10 }, () => startPostgres({ dataDir, settings: QUICK })),
  );
  const started = attempts.filter((attempt) => attempt.status === 'fulfilled');
  running.push(...started.map((attempt) => attempt.value));
  expect(started).toHaveLength(1);
});

test.runIf(process.platform === 'linux')(
  'a PostgreSQL that lost its process and its supervisor is stopped, and its data opened again',
  async () => {
    const owner = await startElsewhere();
    const url = (await readFile(join(dataDir, 'database.url'), 'utf8')).trim();
    await query(url, 'create table kept as select 42 as answer');
    const orphan = await postmaster();
    // Two shells watch over PostgreSQL: the one that waits for the pipe to close goes before it does.
    const supervisor = await parentOf(orphan);
    expect(await parentOf(supervisor)).toBe(owner.pid);
    const others = (await childrenOf(supervisor)).filter((pid) => pid !== orphan);
    for (const pid of [...others, supervisor]) process.kill(pid, 'SIGKILL');
    // On a busy machine a process outlives the signal that ends it for a while, and holds its lock.
    const isGone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await isGone;
    expect(isAlive(orphan)).toBe(true);
    const second = await start();
    expect(isAlive(orphan)).toBe(false);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  },
);

/** Parent of a process, by Linux's /proc; 0 when it is gone. */
async function parentOf(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(all.map(parentOf));
  return all.filter((_, index) => parents[index] === pid);
}

/** A process of its own that has started PostgreSQL in `dataDir`. */
async function startElsewhere(): Promise<ChildProcess> {
  const cluster = new URL('../dist/postgres/cluster.js', import.meta.url).href;
  const source = `
    const { startPostgres } = await import(${JSON.stringify(cluster)});
    await startPostgres(${JSON.stringify({ dataDir, settings: QUICK })});
    process.stdout.write('up');`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => {
    owner.stdout.once('data', resolve);
  });
  return owner;
}

test('a stale postmaster.pid whose id belongs to another program does not prevent a start', async () => {
  const first = await start();
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
  const content = await readFile(pidFile, 'utf8');
  await first.stop();
  const bystander = spawn('sleep', ['60']);
  await writeFile(pidFile, content.replace(/^\d+/, String(bystander.pid)));
  const second = await start();
  expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(bystander.exitCode).toBe(null);
  bystander.kill();
});

test('a file in place of the directory is reported in one line that names DATA_DIR', async () => {
  const file = join(dataDir, 'file');
  await writeFile(file, '');
  await expect(startPostgres({ dataDir: file })).rejects.toThrow(/^DATA_DIR .*file is not a directory/);
});

test('a data directory of another major version is refused by name', async () => {
  const first = await start();
  await first.stop();
  running = [];
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
  await expect(startPostgres({ dataDir })).rejects.toThrow(/made by PostgreSQL 17, this is 18/);
});

test('PostgreSQL ends when the process that started it is killed', async () => {
  const owner = await startElsewhere();
  const pid = await postmaster();
  owner.kill('SIGKILL');
  expect(await waitUntil(() => !isAlive(pid), patient(30_000))).toBe(true);
});
