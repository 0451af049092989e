import { spawn } from 'node:child_process';
import { chown, open, readFile, rename, stat } from 'node:fs/promises';
import { StartError } from '../start-error.ts';
import { readPidFile, signalProcess } from './leftover.ts';
import { waitUntil } from './processes.ts';
import type { RunAs } from './run-as.ts';

/** One PostgreSQL process that accepts connections. */
export interface ServerProcess {
  /** Settles when the process ends unasked, with its last words; never after `stop`. */
  readonly ended: Promise<string>;
  /** Ends it: transactions under way are undone, everything committed is on disk. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  readonly program: string;
  readonly user: RunAs;
  /** The data directory. */
  readonly directory: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** Crash recovery after a power cut replays the log; it may take long, and giving up would not make it shorter. */
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const LOG_ROTATE_BYTES = 10 * 1_048_576;

/**
 * PostgreSQL ends when the pipe to this process closes, so it never outlives it, not even after `kill -9`. Its own
 * session keeps Ctrl-C in a terminal from it: the server drains first.
 */
const SUPERVISOR = 'exec 3<&0; "$@" </dev/null 3<&- & pg=$!; (read -r _ <&3; kill -INT $pg) & exec 3<&-; wait $pg';

/** Starts PostgreSQL and waits until it accepts connections. @throws StartError with its last words when it does not */
export async function launch({ program, user, directory, settings, logFile }: LaunchOptions): Promise<ServerProcess> {
  const before = await readPidFile(directory);
  const log = await openLog(logFile, user);
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [...user.prefix, 'sh', '-c', SUPERVISOR, 'seal-postgres', program, '-D', directory, ...flags];
  const child = spawn(command[0]!, command.slice(1), {
    ...user.identity,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', log.handle.fd],
  });
  await log.handle.close();
  let hasEnded = false;
  const closed = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  }).then(() => {
    hasEnded = true;
    // Lets the shell that waits on the pipe go.
    child.stdin?.destroy();
  });
  child.stdin?.on('error', () => undefined);

  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    child.stdin?.end();
    // The way out when a clean shutdown hangs: PostgreSQL recovers at the next start.
    const timer = setTimeout(() => void signalServer(directory, 'SIGQUIT'), STOP_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
  };
  const isUp = async () => {
    const file = await readPidFile(directory);
    return hasEnded || (file !== null && file.ready && file.content !== before?.content);
  };
  const inTime = await waitUntil(isUp, START_TIMEOUT_MS);
  if (hasEnded || !inTime) {
    await stop();
    throw new StartError(`The embedded PostgreSQL does not start: ${await lastWords(logFile, log.size)}`);
  }
  const ended = new Promise<string>((resolve) => {
    void closed.then(async () => {
      if (!isStopping) resolve(await lastWords(logFile, log.size));
    });
  });
  return { ended, stop };
}

async function signalServer(directory: string, signal: NodeJS.Signals): Promise<void> {
  const file = await readPidFile(directory);
  if (file !== null) signalProcess(file.pid, signal);
}

async function openLog(path: string, user: RunAs) {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  const isFull = size > LOG_ROTATE_BYTES;
  if (isFull) await rename(path, `${path}.1`);
  const handle = await open(path, 'a', 0o600);
  if (user.owner !== null) await chown(path, user.owner.uid, user.owner.gid);
  return { handle, size: isFull ? 0 : size };
}

/** The complaint in what the log says after its first `from` bytes. */
async function lastWords(path: string, from: number): Promise<string> {
  const text = await readFile(path).then(
    (bytes) => bytes.subarray(from).toString('utf8'),
    () => '',
  );
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((entry) => /FATAL|PANIC/.test(entry)) ?? lines.at(-1);
  return line === undefined ? `see ${path}` : `${line.replace(/^.*?(?:FATAL|PANIC|LOG):\s*/, '')} (${path})`;
}
