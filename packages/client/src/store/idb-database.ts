import { promisifyRequest, type UseStore } from 'idb-keyval';

const ROWS = 'rows';

/** An open database with one object store, as idb-keyval takes it. */
export interface Database {
  /** Read-write transactions are durable when they complete. */
  readonly use: UseStore;
  close(): Promise<void>;
}

/** Opens lazily, and once more when the browser closed the connection behind our back (sleep, clean-up, Safari). */
export function openDatabase(indexedDB: IDBFactory, name: string): Database {
  let opening: Promise<IDBDatabase> | null = null;

  const open = (): Promise<IDBDatabase> => {
    const request = indexedDB.open(name);
    request.addEventListener('upgradeneeded', () => void request.result.createObjectStore(ROWS));
    const forget = (): void => void (opening = null);
    opening = promisifyRequest(request);
    opening.then((database) => {
      database.addEventListener('close', forget);
      // The database is being deleted, for example by the browser's "clear site data".
      database.addEventListener('versionchange', () => {
        database.close();
        forget();
      });
    }, forget);
    return opening;
  };

  const begin = async (mode: IDBTransactionMode): Promise<IDBObjectStore> => {
    const database = await (opening ?? open());
    return database.transaction(ROWS, mode, { durability: 'strict' }).objectStore(ROWS);
  };

  return {
    async use(mode, callback) {
      let store: IDBObjectStore;
      try {
        store = await begin(mode);
      } catch (error) {
        // "The database connection is closing": nothing has been done yet, so a second try is safe.
        if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
        opening = null;
        store = await begin(mode);
      }
      return callback(store);
    },
    async close() {
      const database = await opening?.catch(() => null);
      opening = null;
      database?.close();
    },
  };
}
