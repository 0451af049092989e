import { spawn } from 'node:child_process';
import { chown, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import postgres from 'postgres';
import { StartError } from '../start-error.ts';
import { locateBinaries } from './binaries.ts';
import { EMBEDDED_NAME, ensureDirectory, ensureInitialised, readPassword } from './data-directory.ts';
import { readPidFile, signalProcess, stopLeftover } from './leftover.ts';
import { claimDirectory } from './owner-lock.ts';
import { waitUntil } from './processes.ts';
import { chooseUser, type RunAs } from './run-as.ts';

/** A PostgreSQL server of our own, in a process of its own. */
export interface EmbeddedPostgres {
  /** Connection string of the database `seal`; holds the password. */
  readonly url: string;
  /** Settles with a reason when the server ends without having been asked to. */
  readonly failed: Promise<string>;
  /** Ends it cleanly, within 40 s; the data stay. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Everything is kept below it: `postgres/` (the data), `postgres.password`, `postgres.log`, `database.url`. */
  readonly dataDir: string;
  /** Server settings beside the standard ones, such as `fsync: 'off'` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Crash recovery after a power cut replays the log; it may take long, and giving up would not make it shorter. */
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const LOG_ROTATE_BYTES = 10 * 1_048_576;

/** Statements and values stay out of the log: they hold ids and names. */
const STANDARD_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/**
 * PostgreSQL ends when the pipe to this process closes, so it never outlives it, not even after `kill -9`. Its own
 * session keeps Ctrl-C in a terminal from it: the server drains first.
 */
const SUPERVISOR = 'exec 3<&0; "$@" </dev/null 3<&- & pg=$!; (read -r _ <&3; kill -INT $pg) & exec 3<&-; wait $pg';

/**
 * Starts PostgreSQL on a loopback port chosen by the system, with its data below `dataDir`, made at the first start and
 * recovered after a crash.
 *
 * @throws StartError when the directory cannot be used, is in use, or the server does not come up.
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await ensureDirectory(options.dataDir);
  const lock = await claimDirectory(dataDir);
  try {
    const directory = join(dataDir, 'postgres');
    const settings: Record<string, string> = { ...STANDARD_SETTINGS, ...options.settings };
    const binaries = await locateBinaries();
    const user = await chooseUser([binaries.postgres, directory]);
    const password = await readPassword(dataDir);
    await ensureInitialised(binaries, user, directory, { password, durable: settings['fsync'] !== 'off' });
    await stopLeftover(directory);
    const server = await launch({
      program: binaries.postgres,
      user,
      directory,
      settings,
      logFile: join(dataDir, 'postgres.log'),
    });
    const url = `postgresql://${EMBEDDED_NAME}:${password}@127.0.0.1:${server.port}/${EMBEDDED_NAME}`;
    await ensureDatabase(url);
    await writeFile(join(dataDir, 'database.url'), `${url}\n`, { mode: 0o600 });
    return {
      url,
      failed: server.failed,
      async stop() {
        await server.stop();
        await rm(join(dataDir, 'database.url'), { force: true });
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Launch {
  readonly program: string;
  readonly user: RunAs;
  readonly directory: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly logFile: string;
}

async function launch({ program, user, directory, settings, logFile }: Launch) {
  const before = await readPidFile(directory);
  const port = await freePort();
  const log = await openLog(logFile, user);
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const command = [...user.prefix, 'sh', '-c', SUPERVISOR, 'seal-postgres', program, '-D', directory, ...flags];
  const child = spawn(command[0]!, command.slice(1), {
    ...user.identity,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', log.handle.fd],
  });
  await log.handle.close();
  let ended = false;
  let stopping = false;
  const closed = new Promise<void>((resolve) => {
    child.on('error', () => resolve()).on('exit', () => resolve());
  }).then(() => {
    ended = true;
    child.stdin?.destroy();
  });
  child.stdin?.on('error', () => undefined);

  const isUp = async () => {
    const file = await readPidFile(directory);
    return ended || (file !== null && file.ready && file.content !== before?.content);
  };
  const inTime = await waitUntil(isUp, START_TIMEOUT_MS);
  const stop = async () => {
    stopping = true;
    child.stdin?.end();
    const timer = setTimeout(() => void quit(directory), STOP_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
  };
  if (ended || !inTime) {
    await stop();
    throw new StartError(`The embedded PostgreSQL does not start: ${await lastComplaint(logFile, log.size)}`);
  }
  const failed = new Promise<string>((resolve) => {
    void closed.then(async () => {
      if (!stopping) resolve(`The embedded PostgreSQL ended: ${await lastComplaint(logFile, log.size)}`);
    });
  });
  return { port, failed, stop };
}

/** The way out when a clean shutdown hangs: PostgreSQL recovers at the next start. */
async function quit(directory: string): Promise<void> {
  const file = await readPidFile(directory);
  if (file !== null) signalProcess(file.pid, 'SIGQUIT');
}

async function openLog(path: string, user: RunAs) {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  if (size > LOG_ROTATE_BYTES) await rename(path, `${path}.1`);
  const handle = await open(path, 'a', 0o600);
  if (user.owner !== null) await chown(path, user.owner.uid, user.owner.gid);
  return { handle, size: size > LOG_ROTATE_BYTES ? 0 : size };
}

async function lastComplaint(path: string, from: number): Promise<string> {
  const text = await readFile(path).then(
    (bytes) => bytes.subarray(from).toString('utf8'),
    () => '',
  );
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((entry) => /FATAL|PANIC/.test(entry)) ?? lines.at(-1);
  return line === undefined ? `see ${path}` : `${line.replace(/^.*?(FATAL|PANIC|LOG):\s*/, '')} (${path})`;
}

/** A loopback port that is free now. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.on('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('postgres: no port');
  return address.port;
}

async function ensureDatabase(url: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const sql = postgres(admin.href, { max: 1, onnotice: () => undefined });
  try {
    const found = await sql`select 1 from pg_database where datname = ${EMBEDDED_NAME}`;
    if (found.length === 0) await sql`create database ${sql(EMBEDDED_NAME)}`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
