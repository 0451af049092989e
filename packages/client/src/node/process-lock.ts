import { readFileSync } from 'node:fs';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { SealError } from '@seal-chat/protocol';

/**
 * Makes `path` say that this process uses what is next to it. A lock of a process that no longer exists is taken over.
 * @returns the function that gives it back
 * @throws SealError STORAGE_FAILED while another process holds it
 */
export async function acquireProcessLock(path: string): Promise<() => Promise<void>> {
  const own = identityOf(process.pid) ?? String(process.pid);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, own, { mode: 0o600 });
  try {
    // A link is made whole or not at all, so no process reads a lock that is half written.
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await linked(draft, path)) return () => unlink(path);
      if (!(await takeAway(path, `${draft}.old`))) break;
    }
  } finally {
    await unlink(draft);
  }
  throw new SealError('STORAGE_FAILED', 'store: in use by another client or process');
}

/** Removes the lock of a process that is gone; false when the process is alive. */
async function takeAway(path: string, aside: string): Promise<boolean> {
  const holder = await readFile(path, 'utf8').catch(() => null);
  if (holder === null) return true;
  if (isAlive(holder)) return false;
  // Another process may be doing the same, and may have made a new lock already: look at what was moved.
  await rename(path, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => null);
  if (moved !== null && isAlive(moved)) await linked(aside, path);
  await unlink(aside).catch(() => {});
  return true;
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(holder: string): boolean {
  const current = identityOf(Number.parseInt(holder, 10));
  return current === holder;
}

/** Process id and, on Linux, its start time: ids are used again, in containers soon. Null when it does not run. */
function identityOf(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  try {
    // Fields after the name, which may hold anything: the 20th of them is the start time (proc(5)).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19]}`;
  } catch {
    return String(pid);
  }
}
