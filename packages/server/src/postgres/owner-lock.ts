import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError, systemCode } from '../start-error.ts';
import { startedAt } from './processes.ts';

/** Held by the process that uses a data directory. */
export interface OwnerLock {
  /** Says that this process is about to let go, so that the next one waits instead of giving up. */
  announceRelease(): Promise<void>;
  release(): Promise<void>;
}

/** The longest an announced release is waited for. */
const RELEASE_TIMEOUT_MS = 60_000;

/**
 * Claims `directory` for this process. A lock whose process is gone (kill -9, power cut) is taken over; the process
 * is recognised by id and start time, so that a reused id does not keep a directory locked. One that is about to let
 * go is waited for.
 *
 * @throws StartError when another live process holds it.
 */
export async function claimDirectory(directory: string): Promise<OwnerLock> {
  const path = join(directory, 'seal.lock');
  const mine = `${process.pid} ${await startedAt(process.pid)}`;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    const giveUpAt = performance.now() + RELEASE_TIMEOUT_MS;
    while (!(await tryLink(draft, path))) await clearStale(path, directory, giveUpAt);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    announceRelease: () => writeFile(path, `${mine} ${LEAVING}`),
    async release() {
      const content = await readFile(path, 'utf8').catch(() => '');
      if (content.startsWith(mine)) await rm(path, { force: true });
    },
  };
}

/** Third word of the lock of a process that is about to let go. */
const LEAVING = 'leaving';
const POLL_MS = 50;

/** A hard link is made with its content in place or not at all. */
async function tryLink(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function clearStale(path: string, directory: string, giveUpAt: number): Promise<void> {
  const content = await readFile(path, 'utf8').catch(() => null);
  if (content === null) return;
  const [pid, started, state] = content.split(' ');
  if (started !== undefined && started === (await startedAt(Number(pid)))) {
    if (state === LEAVING && performance.now() < giveUpAt) {
      await delay(POLL_MS);
      return;
    }
    throw new StartError(
      `DATA_DIR ${directory} is in use by another Seal server (process ${pid}): stop that one or choose another DATA_DIR.`,
    );
  }
  // Two processes may find the same stale lock: only the one that moves away what it judged goes on.
  const aside = `${path}.stale.${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => null);
  if (moved !== null && moved !== content) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
