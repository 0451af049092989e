import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError, systemCode } from '../start-error.ts';
import { startedAt } from './processes.ts';

/** Held by the process that uses a data directory. */
export interface OwnerLock {
  release(): Promise<void>;
}

/**
 * Claims `directory` for this process. A lock whose process is gone (kill -9, power cut) is taken over; the process
 * is recognised by id and start time, so that a reused id does not keep a directory locked.
 *
 * @throws StartError when another live process holds it.
 */
export async function claimDirectory(directory: string): Promise<OwnerLock> {
  const path = join(directory, 'seal.lock');
  const mine = `${process.pid} ${await startedAt(process.pid)}\n`;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    while (!(await tryLink(draft, path))) await clearStale(path, directory);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    async release() {
      if ((await readFile(path, 'utf8').catch(() => null)) === mine) await rm(path, { force: true });
    },
  };
}

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

async function clearStale(path: string, directory: string): Promise<void> {
  const content = await readFile(path, 'utf8').catch(() => null);
  if (content === null) return;
  const [pid, started] = content.trim().split(' ', 2);
  if (started !== undefined && started === (await startedAt(Number(pid)))) {
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
