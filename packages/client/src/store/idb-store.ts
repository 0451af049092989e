import { SealError } from '@seal-chat/protocol';
import { get, getMany, promisifyRequest, type UseStore } from 'idb-keyval';
import type { DeviceStore, RowRange, StoreFactory } from './device-store.ts';
import { openDatabase } from './idb-database.ts';
import { createLocalLocks } from './local-locks.ts';
import { boundsOf } from './row-map.ts';
import { createRowSealer, type RowSealer, type SealedRow } from './row-sealer.ts';
import { openStoreKey, type StoreKey } from './store-key.ts';
import { browserChannel, webLocks } from './web-locks.ts';

/** What the store takes from the browser; each has its global as default. */
export interface IdbStoreOptions {
  readonly indexedDB?: IDBFactory;
  readonly subtle?: SubtleCrypto;
  readonly locks?: LockManager;
}

/** Records of the store itself begin with `!`, which no row key does. */
const STATE = '!state';

/** `wipeCount` counts the wipes, so that a tab notices that the key it holds is no longer the store's. */
interface StoreState {
  readonly rev: number;
  readonly wipeCount: number;
}

const NEW_STORE: StoreState = { rev: 0, wipeCount: 0 };

type Records = readonly (readonly [key: string, row: SealedRow])[];

/**
 * The store of browsers: one IndexedDB database, every row sealed with AES-256-GCM under a key that scripts can use but
 * not read. Written with `durability: 'strict'`: Chromium's default would acknowledge before the disk does.
 * Without Web Locks it stays correct through the revision check and only works harder.
 */
export function indexedDbStore(options: IdbStoreOptions = {}): StoreFactory {
  return async (name) => {
    const { indexedDB = globalThis.indexedDB, subtle = globalThis.crypto?.subtle } = options;
    if (indexedDB === undefined || subtle === undefined) {
      throw new SealError('STORAGE_FAILED', 'store: needs IndexedDB and WebCrypto, which pages have only over HTTPS');
    }
    const manager = options.locks ?? globalThis.navigator?.locks;
    const { use, close: closeDatabase } = openDatabase(indexedDB, name);
    const channel = browserChannel(name);

    const readState = async (): Promise<StoreState> => (await get<StoreState>(STATE, use)) ?? NEW_STORE;
    const openKey = async (): Promise<StoreKey & { sealer: RowSealer; wipeCount: number }> => {
      const { rev, wipeCount } = await readState();
      const opened = await openStoreKey({ use, subtle, hasRows: rev > 0 });
      return { ...opened, wipeCount, sealer: createRowSealer({ subtle, key: opened.key, storeName: name }) };
    };
    let current = await storage(openKey);

    /** Opens what `read` finds; once more under the new key when the store was wiped in between. */
    const openRows = async (
      read: () => Promise<Records>,
    ): Promise<{ key: string; value: Uint8Array<ArrayBuffer> }[]> => {
      const open = async () => {
        const { sealer } = current;
        const records = await read();
        return Promise.all(records.map(async ([key, row]) => ({ key, value: await sealer.open(key, row) })));
      };
      try {
        return await open();
      } catch (error) {
        if ((await readState()).wipeCount === current.wipeCount) throw error;
        current = await openKey();
        return open();
      }
    };

    return {
      get atRest() {
        return current.atRest;
      },
      locks: manager === undefined ? createLocalLocks() : webLocks(manager, name),
      channel,
      revision: async () => (await storage(readState)).rev,
      get: (keys) =>
        storage(async () => {
          const rows = await openRows(async () => {
            const records = await getMany<SealedRow>([...keys], use);
            return records.flatMap((record, i) => (record === undefined ? [] : [[keys[i]!, record] as const]));
          });
          const byKey = new Map(rows.map(({ key, value }) => [key, value]));
          return keys.map((key) => byKey.get(key) ?? null);
        }),
      list: (range) => storage(() => openRows(() => listRecords(use, range))),
      commit: ({ expectedRev, puts, deletes }) =>
        storage(async () => {
          const { sealer, wipeCount } = current;
          const rev = expectedRev + 1;
          const rows = await Promise.all(
            [...puts].map(async ([key, value]) => [key, await sealer.seal(key, rev, value)] as const),
          );
          const found = await writeIfUnchanged(use, { expected: { rev: expectedRev, wipeCount }, rows, deletes });
          if (found.wipeCount !== wipeCount) current = await openKey();
          else if (found.rev === expectedRev) return rev;
          throw new SealError('STORAGE_CONFLICT', `store: revision ${found.rev}, not ${expectedRev}`);
        }),
      wipe: () =>
        storage(async () => {
          await clearAll(use);
          current = await openKey();
        }),
      async close() {
        channel.close();
        await closeDatabase();
      },
    } satisfies DeviceStore;
  };
}

function listRecords(use: UseStore, range: RowRange): Promise<Records> {
  const { limit = Infinity, order = 'ascending' } = range;
  const { lower, upper } = boundsOf(range);
  if (lower >= upper) return Promise.resolve([]);
  return use('readonly', (store) => {
    const records: (readonly [string, SealedRow])[] = [];
    const request = store.openCursor(
      IDBKeyRange.bound(lower, upper, false, true),
      order === 'ascending' ? 'next' : 'prev',
    );
    return new Promise<Records>((resolve, reject) => {
      request.addEventListener('error', () => reject(request.error ?? new Error('cursor failed')));
      request.addEventListener('success', () => {
        const cursor = request.result;
        if (cursor === null || records.length >= limit) return resolve(records);
        records.push([cursor.key as string, cursor.value as SealedRow]);
        cursor.continue();
      });
    });
  });
}

/** Compares the state and writes, in one transaction. Returns the state that was found. */
function writeIfUnchanged(
  use: UseStore,
  changes: { readonly expected: StoreState; readonly rows: Records; readonly deletes: readonly string[] },
): Promise<StoreState> {
  const { expected, rows, deletes } = changes;
  return use('readwrite', async (store) => {
    const done = completion(store);
    const found = (await promisifyRequest<StoreState | undefined>(store.get(STATE))) ?? NEW_STORE;
    if (found.rev === expected.rev && found.wipeCount === expected.wipeCount) {
      for (const [key, row] of rows) store.put(row, key);
      for (const key of deletes) store.delete(key);
      store.put({ ...found, rev: found.rev + 1 } satisfies StoreState, STATE);
    }
    await done;
    return found;
  });
}

function clearAll(use: UseStore): Promise<void> {
  return use('readwrite', async (store) => {
    const done = completion(store);
    const { wipeCount } = (await promisifyRequest<StoreState | undefined>(store.get(STATE))) ?? NEW_STORE;
    store.clear();
    store.put({ rev: 0, wipeCount: wipeCount + 1 } satisfies StoreState, STATE);
    await done;
  });
}

/** When the store's transaction is on disk. Awaited after its requests, whose own failures come first. */
function completion(store: IDBObjectStore): Promise<void> {
  const done = promisifyRequest(store.transaction);
  done.catch(() => {});
  return done;
}

/** Whatever IndexedDB throws becomes STORAGE_FAILED. */
async function storage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SealError) throw cause;
    throw new SealError('STORAGE_FAILED', `store: ${cause instanceof Error ? cause.name : 'failed'}`, { cause });
  }
}
