import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SealError } from '@seal-chat/protocol';
import type { ChangeSet, DeviceStore, StoreFactory } from '../store/device-store.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { createLocalLocks, createLocalMedium } from '../store/local-locks.ts';
import { createRowMap, type RowMap } from '../store/row-map.ts';
import { encodeRecord, readRecords } from './log-record.ts';
import { acquireProcessLock } from './process-lock.ts';

/** The log is rewritten once it is this many times as long as what it holds, bytes. */
const COMPACT_FACTOR = 4;
const COMPACT_FLOOR = 1_048_576;

/**
 * The store of Node: rows live in memory, and every commit is one checksummed record at the end of a log, followed by
 * `fsync`. A record that was cut off by a crash is ignored. The directory is made if missing, mode 0700; its files
 * hold keys and messages in the clear and are readable by their owner only. One process at a time may use it.
 */
export function fileStore(directory: string): StoreFactory {
  return async (name) => {
    try {
      return await openFileStore(join(directory, encodeURIComponent(name)));
    } catch (cause) {
      throw asStorageError(cause);
    }
  };
}

async function openFileStore(directory: string): Promise<DeviceStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const release = await acquireProcessLock(join(directory, 'lock'));
  const logPath = join(directory, 'log');
  const rows = createRowMap();
  let log: { handle: FileHandle; length: number } | null = null;

  const openLog = async (): Promise<{ handle: FileHandle; length: number }> => {
    if (log !== null) return log;
    // A plain array: `slice` of a Buffer would not copy.
    const bytes = new Uint8Array((await readFile(logPath).catch(nullIfMissing)) ?? []);
    rows.clear();
    let length = 0;
    for (const { changes, end } of readRecords(bytes)) {
      rows.restore(changes);
      length = end;
    }
    const handle = await open(logPath, 'a', 0o600);
    await handle.truncate(length);
    await syncDirectory(directory);
    return (log = { handle, length });
  };
  const closeLog = async (): Promise<void> => {
    const closing = log;
    log = null;
    await closing?.handle.close();
  };
  const append = async (changes: ChangeSet): Promise<void> => {
    const current = await openLog();
    rows.check(changes);
    const record = encodeRecord(changes);
    try {
      await current.handle.writeFile(record);
      await current.handle.datasync();
    } catch (error) {
      // How much of it was written is unknown: read the log again before anything is added.
      await closeLog().catch(() => {});
      throw error;
    }
    current.length += record.length;
    rows.apply(changes);
    if (current.length > COMPACT_FLOOR && current.length > COMPACT_FACTOR * sizeOf(rows)) {
      await closeLog();
      await replaceLog(directory, rows);
    }
  };

  /** The lock is released once: later it may belong to another process. */
  let closing: Promise<void> | null = null;
  // Commits are serial even when a caller does not hold the device lock.
  const queue = createTaskQueue();
  await openLog();
  const serial = <T>(work: () => Promise<T>): Promise<T> =>
    queue.add(work).catch((cause: unknown) => {
      throw asStorageError(cause);
    });

  return {
    atRest: 'file',
    locks: createLocalLocks(),
    channel: createLocalMedium().join(),
    revision: () => serial(async () => (await openLog(), rows.rev)),
    get: (keys) => serial(async () => (await openLog(), keys.map((key) => rows.get(key)))),
    list: (range) => serial(async () => (await openLog(), rows.list(range))),
    commit: (changes) => serial(async () => (await append(changes), rows.rev)),
    wipe: () =>
      serial(async () => {
        await closeLog();
        await rm(logPath, { force: true });
        await syncDirectory(directory);
        await openLog();
      }),
    close: () => (closing ??= serial(async () => (await closeLog(), await release()))),
  };
}

/** Writes all rows as one record into a new file, then puts it in the old one's place. */
async function replaceLog(directory: string, rows: RowMap): Promise<void> {
  const draft = join(directory, 'log.new');
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(encodeRecord({ expectedRev: rows.rev - 1, puts: new Map(rows.entries()), deletes: [] }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, join(directory, 'log'));
  await syncDirectory(directory);
}

/** A new name in a directory is durable only when the directory is. Windows cannot, and need not. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function sizeOf(rows: RowMap): number {
  let size = 0;
  for (const [key, value] of rows.entries()) size += key.length + value.length;
  return size;
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function asStorageError(cause: unknown): SealError {
  if (cause instanceof SealError) return cause;
  const reason = (cause as NodeJS.ErrnoException).code ?? 'failed';
  return new SealError('STORAGE_FAILED', `store: ${reason}`, { cause });
}
