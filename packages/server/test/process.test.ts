import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrecoverableError } from 'bullmq';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createQueueBackend } from '../src/jobs/backend.ts';
import { startFanout } from '../src/jobs/fanout.ts';
import { isAlive, waitUntil } from '../src/postgres/processes.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './support/database.ts';
import { spawnServer, type ServerProcess } from './support/server-process.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole processes start and stop here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(60_000), hookTimeout: patient(60_000) });

let scratch: string;
let running: ServerProcess[];
let databases: TestDatabase[];

beforeEach(async () => {
  running = [];
  databases = [];
  scratch = await mkdtemp(join(tmpdir(), 'seal-process-'));
});

afterEach(async () => {
  for (const { child } of running) child.kill('SIGTERM');
  await Promise.all(running.map((server) => server.ended));
  await Promise.all(databases.map((database) => database.drop()));
  await rm(scratch, { recursive: true, force: true, maxRetries: 10 });
});

/** A server with its embedded database in `scratch`, unless `environment` says otherwise. */
function start(environment: Readonly<Record<string, string>> = {}): ServerProcess {
  const server = spawnServer({ DATA_DIR: join(scratch, 'data'), ...environment });
  running.push(server);
  return server;
}

/** A server on a database of the test run, which is quicker. */
async function startOnTestDatabase(): Promise<ServerProcess> {
  const database = await createTestDatabase();
  databases.push(database);
  return start({ DATABASE_URL: database.url });
}

async function postmaster(): Promise<number> {
  return Number((await readFile(join(scratch, 'data/postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
}

describe('a start that cannot succeed says why in one line and leaves with 1', () => {
  async function failure(environment: Readonly<Record<string, string>>): Promise<string> {
    const { code, stdout, stderr } = await start(environment).ended;
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^seal: [^\n]+\n$/);
    expect(stderr).not.toMatch(/\bat\b.*:\d+:\d+/);
    return stderr;
  }

  test('an invalid variable is named', async () => {
    expect(await failure({ PORT: 'eighty' })).toMatch(/PORT must be a whole number .* not "eighty"/);
  });

  test('a port that is in use is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      other.once('listening', resolve);
    });
    const { port } = other.address() as AddressInfo;
    expect(await failure({ PORT: String(port) })).toContain(`PORT ${port} is taken on 127.0.0.1.`);
    other.close();
  });

  test('a private port that is in use is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      other.once('listening', resolve);
    });
    const { port } = other.address() as AddressInfo;
    expect(await failure({ PRIVATE_PORT: String(port) })).toContain(`PRIVATE_PORT ${port} is taken on 127.0.0.1.`);
    other.close();
  });

  test('an address of another machine is refused', async () => {
    expect(await failure({ HOST: '192.0.2.1' })).toContain('HOST 192.0.2.1 cannot be listened on');
  });

  test('a data directory that cannot be written to is named', async () => {
    const file = join(scratch, 'file');
    await writeFile(file, '');
    expect(await failure({ DATA_DIR: file })).toContain(`DATA_DIR ${file} is not a directory`);
    expect(await failure({ DATA_DIR: join(file, 'below') })).toMatch(/DATA_DIR .*file\/below is not a directory/);
  });

  test('a database that does not answer is named without its password', async () => {
    const line = await failure({ DATABASE_URL: 'postgresql://user:hunter2@127.0.0.1:1/name' });
    expect(line).toMatch(/DATABASE_URL: the database name on 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/);
    expect(line).not.toContain('hunter2');
  });

  test('a database that refuses the password is named', async () => {
    const url = new URL(inject('templateUrl'));
    url.password = 'hunter2';
    const line = await failure({ DATABASE_URL: url.href });
    expect(line).toMatch(/DATABASE_URL: .* password authentication failed/);
    expect(line).not.toContain('hunter2');
  });

  test('a database that does not exist is named', async () => {
    const url = new URL(inject('templateUrl'));
    url.pathname = '/nowhere';
    expect(await failure({ DATABASE_URL: url.href })).toMatch(/DATABASE_URL: .* "nowhere" does not exist/);
  });

  test('a data directory that another server uses is refused', async () => {
    await start().ready;
    expect(await failure({})).toMatch(/DATA_DIR .* is in use by another Seal server/);
  });
});

describe('a running server', () => {
  test('the last line is "ready" with the address and the demo', async () => {
    const server = await startOnTestDatabase();
    const url = await server.ready;
    server.child.kill('SIGTERM');
    const { code, stdout, stderr } = await server.ended;
    expect(stdout.trim().split('\n').at(-1)).toBe(`ready ${url} demo ${url}/demo private ${await server.privateUrl}`);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('SIGTERM tells sockets to come back, and ends PostgreSQL', async () => {
    const server = start();
    const url = await server.ready;
    const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const closed = new Promise<number>((resolve) => {
      socket.once('close', resolve);
    });
    const database = await postmaster();
    server.child.kill('SIGTERM');
    // RFC 6455 registry: "service restart".
    expect(await closed).toBe(1012);
    expect((await server.ended).code).toBe(0);
    expect(isAlive(database)).toBe(false);
  });

  test('after the signal a request under way is answered, and new connections are refused', async () => {
    const server = await startOnTestDatabase();
    const url = new URL(await server.ready);
    const body = '{}';
    const socket = connect(Number(url.port), url.hostname);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    const head = [
      'POST /trpc/auth.challenge HTTP/1.1',
      `host: ${url.host}`,
      'content-type: application/json',
      'x-seal-app-key: pk_demo_seal',
      `content-length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n{`);
    // The server has the head once a later request on another connection is answered.
    await fetch(new URL('/healthz', url));
    server.child.kill('SIGTERM');
    expect(await waitUntil(async () => !(await accepts(url)), patient(5_000))).toBe(true);
    socket.write('}');
    await server.ended;
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('challengeId');
  });

  async function accepts(url: URL): Promise<boolean> {
    return fetch(new URL('/healthz', url)).then(
      () => true,
      () => false,
    );
  }

  test('the server ends when the process that started it ends', async () => {
    const server = start();
    await server.ready;
    const database = await postmaster();
    server.child.disconnect();
    expect((await server.ended).code).toBe(0);
    expect(isAlive(database)).toBe(false);
  });

  test('after kill -9 the next start finds its data again', async () => {
    const first = start();
    await first.ready;
    const password = await readFile(join(scratch, 'data/postgres.password'), 'utf8');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = start();
    await second.ready;
    expect(await readFile(join(scratch, 'data/postgres.password'), 'utf8')).toBe(password);
  });

  test('two servers can start at once on one empty database', async () => {
    const database = await createTestDatabase();
    databases.push(database);
    const servers = [start({ DATABASE_URL: database.url }), start({ DATABASE_URL: database.url })];
    for (const url of await Promise.all(servers.map((server) => server.ready))) {
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    }
  });
});

describe('migrations on their own', () => {
  test('a start that is not to migrate refuses an empty database, until "migrate" has run', async () => {
    const database = await createEmptyDatabase();
    databases.push(database);
    const file = join(scratch, 'database-url');
    await writeFile(file, `${database.url}\n`);
    const environment = { DATABASE_URL_FILE: file, MIGRATE: 'off' };
    const refused = await start(environment).ended;
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^seal: The database lacks the migration 0001_schema: run "main\.js migrate"[^\n]*\n$/,
    );

    const migrateOnce = () => spawnServer({ DATABASE_URL_FILE: file }, { words: ['migrate'] }).ended;
    const first = await migrateOnce();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^migrated 0001_schema \S/);
    expect((await migrateOnce()).stdout).toBe('migrated nothing: up to date\n');
    const url = await start(environment).ready;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('jobs that failed for good are tried again on request', async () => {
    const database = await createEmptyDatabase();
    onTestFinished(() => database.drop());
    const fanout = await startFanout({
      backend: createQueueBackend({ kind: 'postgres', url: database.url }),
      handlers: { waiting: () => Promise.reject(new UnrecoverableError('no')), 'key-hints': async () => undefined },
      onError: () => undefined,
    });
    await fanout.add([{ name: 'waiting', id: 'w-a-0', data: { ranges: [] } }]);
    await expect.poll(() => fanout.failed()).toBe(1);
    await fanout.close();
    const replayed = await spawnServer({ DATABASE_URL: database.url }, { words: ['replay'] }).ended;
    expect(replayed).toMatchObject({ code: 0, stdout: 'replayed maintenance 0, fanout 1\n', stderr: '' });
    const idle = await spawnServer({ DATA_DIR: '/nowhere' }, { words: ['replay'] }).ended;
    expect(idle).toMatchObject({ code: 1, stdout: '' });
    expect(idle.stderr).toMatch(/^seal: no server runs on DATA_DIR \/nowhere: [^\n]*\n$/);
  });

  test('a word that is no command is named', async () => {
    const { code, stderr } = await spawnServer({}, { words: ['upgrade'] }).ended;
    expect(code).toBe(1);
    expect(stderr).toBe('seal: there is no command "upgrade"; there are "migrate" and "replay".\n');
  });
});
