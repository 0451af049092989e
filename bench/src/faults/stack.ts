import { mkdir, readFile, readdir } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../launch.ts';
import { openLink, type Link } from './link.ts';
import { startService, type Service } from './service.ts';

/** What can fail, and how it is made to. */
export interface Victim {
  readonly name: string;
  /** Ends it with `kill -9`; resolves once its supervisor has it running again. */
  kill(): Promise<void>;
  /** All processes it consists of. */
  pids(): Promise<readonly number[]>;
  /** All ways to it. */
  readonly links: readonly Link[];
}

/** 3 processes for clients, 2 for jobs, Redis and PostgreSQL, with a link of its own between each two that talk. */
export interface Stack {
  /** Origins of the processes for clients, each behind its link. */
  readonly origins: readonly string[];
  readonly databaseUrl: string;
  /** Of the workers: their metrics say what is left to do. */
  readonly workerMetrics: readonly string[];
  readonly victims: Readonly<Record<'api' | 'worker' | 'Redis' | 'PostgreSQL', Victim>>;
  stop(): Promise<void>;
}

const APIS = 3;
const WORKERS = 2;

/** The module of the server that runs an embedded PostgreSQL. */
interface ClusterModule {
  startPostgres(options: {
    readonly dataDir: string;
    readonly settings: Readonly<Record<string, string>>;
  }): Promise<{ readonly url: string; stop(): Promise<void> }>;
}

/** Starts Redis, PostgreSQL, processes for clients and workers, with their data below `directory`. Nothing is left running when it rejects. */
export async function startStack(directory: string): Promise<Stack> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  const keep = <T extends { stop(): Promise<unknown> }>(service: T): T => {
    undo.push(() => service.stop());
    return service;
  };
  const link = async (port: number): Promise<Link> => {
    const opened = await openLink(port);
    undo.push(() => opened.close());
    return opened;
  };
  try {
    const { startPostgres } = (await import(
      join(ROOT, 'packages/server/dist/postgres/cluster.js')
    )) as unknown as ClusterModule;
    const database = keep(await startPostgres({ dataDir: directory, settings: { max_connections: '200' } }));
    const redisPort = await freePort();
    const redis = keep(await startRedis(directory, redisPort));
    const servers: { readonly service: Service; readonly links: readonly Link[]; readonly privatePort: number }[] = [];
    const ways: { readonly database: Link; readonly redis: Link; readonly clients: Link | null }[] = [];
    for (let i = 0; i < APIS + WORKERS; i++) {
      const role = i < APIS ? 'api' : 'worker';
      const [port, privatePort] = [await freePort(), await freePort()];
      const toDatabase = await link(Number(new URL(database.url).port));
      const toRedis = await link(redisPort);
      const service = keep(
        await startService({
          name: `${role} ${i + 1}`,
          command: [process.execPath, join(ROOT, 'packages/server/dist/main.js')],
          env: {
            ROLE: role,
            PORT: String(port),
            PRIVATE_PORT: String(privatePort),
            DATABASE_URL: withPort(database.url, toDatabase.port),
            REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
            ...UNLIMITED,
          },
          isReady: (output) => /^ready /m.test(output),
        }),
      );
      const clients = role === 'api' ? await link(port) : null;
      ways.push({ database: toDatabase, redis: toRedis, clients });
      servers.push({ service, privatePort, links: [toDatabase, toRedis, ...(clients === null ? [] : [clients])] });
    }
    const of = (index: number, name: string): Victim => {
      const { service, links } = servers[index]!;
      return { name, links, kill: () => service.kill(), pids: async () => [service.pid()] };
    };
    return {
      origins: ways.flatMap(({ clients }) => (clients === null ? [] : [`http://127.0.0.1:${clients.port}`])),
      databaseUrl: database.url,
      workerMetrics: servers.slice(APIS).map(({ privatePort }) => `http://127.0.0.1:${privatePort}/metrics`),
      victims: {
        api: of(0, 'one of 3 api'),
        worker: of(APIS, 'one of 2 workers'),
        Redis: {
          name: 'Redis',
          kill: () => redis.kill(),
          pids: async () => [redis.pid()],
          links: ways.map((way) => way.redis),
        },
        PostgreSQL: {
          name: 'PostgreSQL',
          kill: async () => {
            process.kill(await postmasterOf(directory), 'SIGKILL');
          },
          pids: async () => {
            const postmaster = await postmasterOf(directory);
            return [postmaster, ...(await childrenOf(postmaster))];
          },
          links: ways.map((way) => way.database),
        },
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The rates out of the way: all people are of one address. */
const UNLIMITED = {
  DEMO: 'on',
  LOG_LEVEL: 'error',
  NODE_ENV: 'production',
  MESSAGES_PER_MINUTE: '1000000',
  AUTH_PER_MINUTE: '1000000',
  ATTACHMENTS_PER_MINUTE: '1000000',
  CONNECTIONS_PER_ADDRESS: '100000',
  SOCKETS_PER_ADDRESS: '100000',
  REQUESTS_PER_ADDRESS: '1000000',
  SOCKETS_PER_USER: '50',
};

async function startRedis(directory: string, port: number): Promise<Service> {
  const dir = join(directory, 'redis');
  await mkdir(dir, { recursive: true });
  const settings = {
    port,
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return startService({
    name: 'Redis',
    command: [process.env['REDIS_SERVER'] || 'redis-server', ...flags],
    env: {},
    isReady: () => answers(port),
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function withPort(url: string, port: number): string {
  return Object.assign(new URL(url), { port: String(port) }).href;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function postmasterOf(directory: string): Promise<number> {
  const pid = Number((await readFile(join(directory, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1) throw new Error('postmaster.pid is not written yet');
  return pid;
}

/** Processes whose parent is `pid`: proc(5), field 4. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(all.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')));
  return all.filter((_, i) => stats[i]!.split(') ')[1]?.split(' ')[1] === String(pid)).map(Number);
}
