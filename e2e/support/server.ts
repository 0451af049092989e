import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { patient } from '../../scripts/lib/patience.mjs';

const MAIN = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const START_TIMEOUT_MS = patient(60_000);
const STOP_TIMEOUT_MS = patient(45_000);

/** Rates out of the way of tests that do in seconds what people do in hours; what a test sets itself comes after. */
const GENEROUS = {
  MESSAGES_PER_MINUTE: '100000',
  AUTH_PER_MINUTE: '10000',
  CONNECTIONS_PER_ADDRESS: '100000',
  SOCKETS_PER_ADDRESS: '100000',
  PREKEY_CLAIMS_PER_MINUTE: '10000',
  RECOVERY_DOWNLOADS_PER_HOUR: '10000',
  SEARCHES_PER_MINUTE: '10000',
};

/** A server as its users see it. */
export interface SealServer {
  /** Origin, the same after every restart. */
  readonly url: string;
  /** Directory of the embedded PostgreSQL. */
  readonly dataDir: string;
  /** Connection string of the embedded PostgreSQL, which changes with every start. */
  databaseUrl(): Promise<string>;
}

/** The built server in a process of its own, with its embedded PostgreSQL and a data directory of its own. */
export interface ServerProcess extends SealServer {
  /** Everything written to standard output and standard error so far, over all starts. */
  log(): string;
  /** `kill -9` of the server's process. */
  kill(): Promise<void>;
  /** `kill -9` of PostgreSQL alone; the server starts it again. */
  killDatabase(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** Starts it again on the same port and data, unless it runs; resolves when it says `ready`. */
  start(): Promise<void>;
  /** Stops it if it runs, and deletes its data. */
  dispose(): Promise<void>;
}

/** Starts the built server with `environment` on top of generous rates and waits for its `ready` line. */
export async function startServer(environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'seal-e2e-'));
  // As root, PostgreSQL runs as another user, which has to pass through.
  await chmod(dataDir, 0o711);
  let port = '0';
  let log = '';
  let running: ChildProcess | null = null;

  const start = async (): Promise<string> => {
    const child = spawn(process.execPath, [MAIN], {
      env: { ...withoutSettings(process.env), ...GENEROUS, ...environment, PORT: port, DATA_DIR: dataDir },
      // The server ends when this channel closes, so it does not outlive the tests however they end.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    running = child;
    const before = log.length;
    let timer: NodeJS.Timeout | undefined;
    const ready = new Promise<string>((resolve, reject) => {
      const fail = (reason: string): void => reject(new Error(`${reason}\n${log.slice(before)}`));
      for (const stream of [child.stdout!, child.stderr!])
        stream.setEncoding('utf8').on('data', (text: string) => {
          log += text;
          const line = /^ready (\S+).*\n/mu.exec(log.slice(before));
          if (line !== null) resolve(line[1]!);
        });
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code, signal) => fail(`The server ended (${code ?? signal}) before it was ready.`));
      timer = setTimeout(() => fail(`The server was not ready after ${START_TIMEOUT_MS} ms.`), START_TIMEOUT_MS);
    });
    return ready.finally(() => clearTimeout(timer));
  };

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    return child.exitCode;
  };

  const url = await start().catch(async (error: unknown) => {
    await end('SIGKILL');
    throw error;
  });
  port = new URL(url).port;

  return {
    ...runningServer(url, dataDir),
    log: () => log,
    kill: async () => void (await end('SIGKILL')),
    killDatabase: async () => {
      const lockFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
      process.kill(Number(lockFile.split('\n')[0]), 'SIGKILL');
    },
    stop: () => end('SIGTERM'),
    start: async () => {
      if (running === null) await start();
    },
    dispose: async () => {
      await end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** A server that another process has started. */
export function runningServer(url: string, dataDir: string): SealServer {
  return {
    url,
    dataDir,
    databaseUrl: async () => (await readFile(join(dataDir, 'database.url'), 'utf8')).trim(),
  };
}

/** The environment without anything that would configure the server. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, REDIS_URL: _redis, PUBLIC_URL: _publicUrl, HOST: _host, ...rest } = environment;
  return rest;
}
