import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { isAlive, isPostgresOf, waitUntil } from './processes.ts';

const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/** The lock file that a PostgreSQL server keeps in its data directory, by line; null when there is none. */
export async function readPidFile(directory: string): Promise<{ content: string; pid: number; ready: boolean } | null> {
  const content = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => null);
  if (content === null) return null;
  const lines = content.split('\n');
  const pid = Number(lines[0]);
  // Not written yet, or by a server in single-user mode: to the system, 0 and negative ids mean whole groups.
  if (!Number.isSafeInteger(pid) || pid <= 1) return null;
  return { content, pid, ready: lines[7]?.trim() === 'ready' };
}

/**
 * Ends a PostgreSQL server that an earlier process left behind in `directory` (the caller holds the directory's lock,
 * so nobody else uses it). Its socket and log belong to the dead process; a new one starts in a moment and recovers.
 *
 * @throws StartError when it does not end.
 */
export async function stopLeftover(directory: string): Promise<void> {
  const file = await readPidFile(directory);
  if (file === null || !isAlive(file.pid)) return;
  if (!(await isPostgresOf(file.pid, directory))) {
    // The id was given to some other process since; PostgreSQL would take that one for itself and refuse to start.
    await rm(join(directory, 'postmaster.pid'), { force: true });
    return;
  }
  const gone = () => !isAlive(file.pid);
  for (const [signal, patience] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    signalProcess(file.pid, signal);
    if (await waitUntil(gone, patience)) return;
  }
  throw new StartError(
    `A PostgreSQL server from an earlier start (process ${file.pid}) does not end: stop it by hand.`,
  );
}

/** Sends a signal; a process that is already gone is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended on its own between the look and the signal.
  }
}
