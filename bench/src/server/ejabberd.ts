import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { freePort } from '../port.ts';
import { XMPP_DOMAIN, XMPP_PASSWORD } from './xmpp.ts';

/** Where Debian's packages put Erlang's libraries. */
const LIBRARIES = '/usr/lib';
const SCHEMA = '/usr/share/ejabberd/sql/pg.sql';
const START_MS = 60_000;
const STOP_MS = 20_000;

/** An ejabberd that takes connections. */
export interface Ejabberd {
  readonly pid: number;
  readonly port: number;
  /** Waits until it has archived so many messages. @throws Error when it has another number of them in the end */
  checkArchive(messages: number): Promise<void>;
  stop(): Promise<void>;
}

/** What finds ejabberd's own modules; null where it is not installed. */
export function findEjabberd(): string | null {
  const places = ['.', ...safeList(LIBRARIES)].map((name) => join(LIBRARIES, name));
  return places.find((place) => safeList(place).some((name) => name.startsWith('ejabberd-'))) ?? null;
}

function safeList(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/**
 * Starts ejabberd as someone would who runs it in earnest: everything in PostgreSQL, every message archived
 * (XEP-0313), rooms that last. Without TLS and the shaper that Debian ships, as Seal is measured without them.
 *
 * @param url the PostgreSQL, by a login that may make databases
 * @param users are `u0`, `u1` ...
 */
export async function launchEjabberd(options: {
  readonly libraries: string;
  readonly dataDir: string;
  readonly url: string;
  readonly users: number;
}): Promise<Ejabberd> {
  const { libraries, dataDir, url, users } = options;
  const database = await createDatabase(url, users);
  const port = await freePort();
  const directory = join(dataDir, 'ejabberd');
  await mkdir(directory);
  const config = join(directory, 'ejabberd.yml');
  await writeFile(config, configOf(port, database));
  const spool = `"${directory}/mnesia"`;
  const child = spawn('erl', ['+K', 'true', '+P', '250000', '-mnesia', 'dir', spool, '-s', 'ejabberd', '-noinput'], {
    cwd: directory,
    env: {
      ...process.env,
      HOME: directory,
      ERL_LIBS: libraries,
      ERL_MAX_PORTS: '32000',
      EJABBERD_CONFIG_PATH: config,
      EJABBERD_LOG_PATH: join(directory, 'ejabberd.log'),
    },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await waitFor(port, ended);
  } catch (error) {
    await stop();
    const log = await readFile(join(directory, 'ejabberd.log'), 'utf8').catch(() => '');
    throw new Error(`ejabberd does not start:\n${log.slice(-2_000)}`, { cause: error });
  }
  return { pid: child.pid!, port, checkArchive: (messages) => checkArchive(database, messages), stop };
}

async function waitFor(port: number, ended: Promise<void>): Promise<void> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  const end = performance.now() + START_MS;
  while (!(await answers(port))) {
    if (isOver || performance.now() > end) throw new Error('no answer');
    await sleep(100);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1');
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}

/** @returns its address */
async function createDatabase(url: string, users: number): Promise<URL> {
  const admin = postgres(url, { max: 1, onnotice: () => undefined });
  await admin`create database ejabberd`;
  await admin.end();
  const database = Object.assign(new URL(url), { pathname: '/ejabberd' });
  const sql = postgres(database.href, { max: 1, onnotice: () => undefined });
  await sql.unsafe(await readFile(SCHEMA, 'utf8'));
  await sql`
    insert into users (username, "password")
    select 'u' || i, ${XMPP_PASSWORD} from generate_series(0, ${users - 1}) i`;
  await sql.end();
  return database;
}

async function checkArchive(database: URL, messages: number): Promise<void> {
  const sql = postgres(database.href, { max: 1 });
  const end = performance.now() + STOP_MS;
  let rows = -1;
  while (rows !== messages && performance.now() < end) {
    const [row] = await sql<{ rows: number }[]>`select count(*)::int as rows from archive`;
    rows = row!.rows;
    if (rows !== messages) await sleep(100);
  }
  await sql.end();
  if (rows !== messages) throw new Error(`ejabberd has archived ${rows} messages instead of ${messages}`);
}

function configOf(port: number, { hostname, port: databasePort, username, password }: URL): string {
  return `
hosts: ["${XMPP_DOMAIN}"]
loglevel: warning
listen:
  - { port: ${port}, ip: "127.0.0.1", module: ejabberd_c2s, access: c2s, max_stanza_size: 262144 }
default_db: sql
sql_type: pgsql
sql_server: "${hostname}"
sql_port: ${databasePort}
sql_database: ejabberd
sql_username: "${username}"
sql_password: "${password}"
auth_method: sql
auth_password_format: plain
acl: { local: { user_regexp: "" } }
access_rules: { local: { allow: local }, c2s: { allow: all }, rooms: { allow: local } }
modules:
  mod_disco: {}
  mod_mam: { db_type: sql, default: always, request_activates_archiving: false, assume_mam_usage: true }
  mod_muc:
    db_type: sql
    access: all
    access_create: rooms
    access_mam: all
    max_users: 5000
    default_room_options: { mam: true, persistent: true, max_users: 5000 }
  mod_offline: {}
  mod_privacy: {}
  mod_roster: { versioning: true }
  mod_stream_mgmt: { resend_on_timeout: if_offline }
`;
}
