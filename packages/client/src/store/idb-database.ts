import { SealError } from '@seal-chat/protocol';
import { promisifyRequest, type UseStore } from 'idb-keyval';
import { isLost } from './idb-errors.ts';

const ROWS = 'rows';
/** An open that takes longer is not going to answer: WebKit is known to hang. A second one often does, ms. */
const OPEN_TIMEOUT_MS = 8_000;

/** A database with one object store, as idb-keyval takes it. */
export interface Database {
  readonly name: string;
  /**
   * Read-write transactions are durable when they complete. A callback of a read-only one may run twice.
   *
   * @throws DOMException as IndexedDB; SealError STORAGE_LOST when opening does not answer
   */
  readonly use: UseStore;
  /** Whether the database was not there before: this page has made it. Null until it is open. */
  readonly isNew: () => boolean | null;
  close(): Promise<void>;
}

/**
 * Opens lazily, and again when the browser closed the connection behind our back (sleep, clean-up, Safari): a connection
 * that has failed is never used again.
 *
 * @param handleGone is told when another tab or the browser deletes the database
 */
export function openDatabase(indexedDB: IDBFactory, name: string, handleGone: () => void = () => {}): Database {
  let opening: Promise<IDBDatabase> | null = null;
  let isNew: boolean | null = null;

  const open = (): Promise<IDBDatabase> => {
    const current = openOnce(indexedDB, name, () => (isNew = true));
    const forget = (): void => void (opening = opening === current ? null : opening);
    opening = current;
    current.then((database) => {
      isNew ??= false;
      database.addEventListener('close', forget);
      // The database is being deleted: by another tab, or by the browser's "clear site data".
      database.addEventListener('versionchange', () => {
        database.close();
        forget();
        handleGone();
      });
    }, forget);
    return current;
  };

  /** Runs on the connection there is, else on a new one. */
  const run = async <T>(
    mode: IDBTransactionMode,
    callback: (store: IDBObjectStore) => T | PromiseLike<T>,
    canRepeat: boolean,
  ): Promise<T> => {
    const current = opening ?? open();
    const database = await current;
    let hasBegun = false;
    try {
      const store = database.transaction(ROWS, mode, { durability: 'strict' }).objectStore(ROWS);
      hasBegun = true;
      return await callback(store);
    } catch (error) {
      if (!isLost(error)) throw error;
      if (opening === current) opening = null;
      database.close();
      // What has begun to write may have been written.
      if (!canRepeat || (hasBegun && mode === 'readwrite')) throw error;
      return run(mode, callback, false);
    }
  };

  return {
    name,
    use: (mode, callback) => run(mode, callback, true),
    isNew: () => isNew,
    async close() {
      const database = await opening?.catch(() => null);
      opening = null;
      database?.close();
    },
  };
}

function openOnce(indexedDB: IDBFactory, name: string, handleNew: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new SealError('STORAGE_LOST', 'store: does not open'));
    }, OPEN_TIMEOUT_MS);
    request.addEventListener('upgradeneeded', () => {
      handleNew();
      request.result.createObjectStore(ROWS);
    });
    const opened = promisifyRequest(request);
    opened.then(
      (database) => {
        clearTimeout(timer);
        if (isLate) database.close();
        else resolve(database);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/**
 * Deletes a database. Tabs that have it open are told to close it; one that hangs holds the deletion up, which is
 * therefore not waited for beyond a moment.
 *
 * @returns whether it is gone
 */
export function deleteDatabase(indexedDB: IDBFactory, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    const timer = setTimeout(() => resolve(false), DELETE_TIMEOUT_MS);
    const end = (isGone: boolean) => (): void => {
      clearTimeout(timer);
      resolve(isGone);
    };
    request.addEventListener('success', end(true));
    request.addEventListener('error', end(false));
  });
}

const DELETE_TIMEOUT_MS = 2_000;
