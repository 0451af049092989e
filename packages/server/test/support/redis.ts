import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';

/** A Redis of a test's own, empty at first. It ends with the test. */
export interface TestRedis {
  readonly url: string;
  /** As `kill -9` and a power cut: what it held is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** It stands still, and its connections stay open, until `thaw`. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts a redis-server on a free port. @throws when there is none: `npm test` installs one or says how */
export async function startRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const program = process.env['REDIS_SERVER'] || 'redis-server';
  const dir = await mkdtemp(join(tmpdir(), 'seal-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
    const started = spawn(program, [...own, '--maxmemory-policy', 'noeviction', ...settings], { stdio: 'ignore' });
    const failed = new Promise<never>((_resolve, reject) => {
      started.once('error', () => {
        reject(new Error(`"${program}" cannot be run: install redis-server, or name it in REDIS_SERVER`));
      });
      started.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    });
    failed.catch(() => undefined);
    child = started;
    const probe = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    probe.on('error', () => undefined);
    try {
      // One that wants a password answers too.
      const answer = probe.ping().catch((error: unknown) => {
        if (!String(error).includes('NOAUTH')) throw error;
      });
      await Promise.race([answer, failed]);
    } finally {
      probe.disconnect();
    }
  }

  async function kill(): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    url,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async stop() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
