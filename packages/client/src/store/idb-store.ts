import { SealError } from '@seal-chat/protocol';
import { promisifyRequest } from 'idb-keyval';
import type { ChangeSet, DeviceStore, RowRange, StoreFactory } from './device-store.ts';
import { createGenerations, putState, readState, type Generation, type Generations } from './generations.ts';
import { storage } from './idb-errors.ts';
import { createLocalLocks } from './local-locks.ts';
import { boundsOf } from './row-map.ts';
import type { SealedRow } from './row-sealer.ts';
import { browserChannel, webLocks } from './web-locks.ts';

/** What the store takes from the browser; each has its global as default. */
export interface IdbStoreOptions {
  readonly indexedDB?: IDBFactory;
  readonly subtle?: SubtleCrypto;
  readonly locks?: LockManager;
}

type Records = readonly (readonly [key: string, row: SealedRow])[];

/** A database whose rows were replaced so often, or that is so old, is moved to the next one. */
const MOST_WRITES = 20_000;
const LONGEST_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * The store of browsers: IndexedDB, every row sealed with AES-256-GCM under a key that scripts can use but not read.
 * Written with `durability: 'strict'`: Chromium's default would acknowledge before the disk does. Without Web Locks it
 * stays correct through the revision check and only works harder.
 */
export function indexedDbStore(options: IdbStoreOptions = {}): StoreFactory {
  return async (name) => {
    const { indexedDB = globalThis.indexedDB, subtle = globalThis.crypto?.subtle } = options;
    if (indexedDB === undefined || subtle === undefined) {
      throw new SealError('STORAGE_FAILED', 'store: needs HTTPS');
    }
    const manager = options.locks ?? globalThis.navigator?.locks;
    const generations = createGenerations({ indexedDB, subtle, name });
    let { atRest, number: readFrom } = await storage(() => generations.present());
    const channel = browserChannel(name);

    /** Runs on the present database; on the one after it, where that has moved. */
    async function onPresent<T>(work: (generation: Generation) => Promise<T | null>): Promise<T> {
      let generation = await generations.present();
      for (;;) {
        const result = await work(generation);
        ({ atRest } = generation);
        if (result !== null) return result;
        generation = await generations.refresh();
      }
    }

    const readRows = (read: (store: IDBObjectStore) => Promise<Records>) =>
      onPresent(async ({ database, sealer }) => {
        const records = await database.use('readonly', async (store) => {
          const state = readState(store);
          const found = await read(store);
          return (await state).movedTo === undefined ? found : null;
        });
        if (records === null) return null;
        return Promise.all(records.map(async ([key, row]) => ({ key, value: await sealer.open(key, row) })));
      });

    return {
      get atRest() {
        return atRest;
      },
      locks: manager === undefined ? createLocalLocks() : webLocks(manager, name),
      channel,
      revision: () =>
        storage(() =>
          onPresent(async ({ database, number }) => {
            const { rev, movedTo } = await database.use('readonly', readState);
            readFrom = number;
            return movedTo === undefined ? rev : null;
          }),
        ),
      get: (keys) =>
        storage(async () => {
          const rows = await readRows((store) => recordsOf(store, keys));
          const byKey = new Map(rows.map(({ key, value }) => [key, value]));
          return keys.map((key) => byKey.get(key) ?? null);
        }),
      list: (range) => storage(() => readRows((store) => listRecords(store, range))),
      commit: (changes) =>
        storage(async () => {
          const present = await generations.present();
          const isMoved = present.number !== readFrom;
          readFrom = present.number;
          // A revision of another database says nothing of this one.
          if (isMoved) throw new SealError('STORAGE_CONFLICT', 'store: moved');
          return commit(generations, present, changes);
        }),
      renew: () =>
        storage(async () => {
          await renew(generations);
          readFrom = (await generations.present()).number;
        }),
      wipe: () =>
        storage(async () => {
          const present = await generations.present();
          const next = await generations.prepareNext(present);
          await present.database.use('readwrite', async (store) => {
            const done = completion(store);
            const state = await readState(store);
            store.clear();
            putState(store, { ...state, movedTo: next.number });
            await done;
          });
          await generations.advance(next);
          ({ atRest, number: readFrom } = next);
        }),
      async close() {
        channel.close();
        await generations.close();
      },
    } satisfies DeviceStore;
  };
}

async function commit(
  generations: Generations,
  { database, sealer }: Generation,
  { expectedRev, puts, deletes }: ChangeSet,
): Promise<number> {
  const rev = expectedRev + 1;
  const rows = await Promise.all(
    [...puts].map(async ([key, value]) => [key, await sealer.seal(key, rev, value)] as const),
  );
  // Compares the state and writes, in one transaction.
  const found = await database.use('readwrite', async (store) => {
    const done = completion(store);
    const state = await readState(store);
    if (state.rev === expectedRev && state.movedTo === undefined) {
      for (const [key, row] of rows) store.put(row, key);
      for (const key of deletes) store.delete(key);
      putState(store, { ...state, rev, writes: state.writes + rows.length + deletes.length });
    }
    await done;
    return state;
  });
  if (found.movedTo !== undefined) await generations.refresh();
  else if (found.rev === expectedRev) return rev;
  throw new SealError('STORAGE_CONFLICT', `store: revision ${found.rev}, not ${expectedRev}`);
}

/** Moves everything to a new database under a new key, when it is time: what was deleted goes with the old one. */
async function renew(generations: Generations): Promise<void> {
  const present = await generations.present();
  const { writes, madeAt, rev } = await present.database.use('readonly', readState);
  const age = Date.now() - madeAt;
  if (rev === 0 || writes === 0 || (writes < MOST_WRITES && age < LONGEST_AGE_MS && age >= 0)) return;
  // Most visits never need it.
  const { moveRows } = await import('./move-rows.ts');
  const next = await generations.prepareNext(present);
  if (await moveRows(present, next)) await generations.advance(next);
  else await next.database.close();
}

async function recordsOf(store: IDBObjectStore, keys: readonly string[]): Promise<Records> {
  const found = await Promise.all(keys.map((key) => promisifyRequest<SealedRow | undefined>(store.get(key))));
  return found.flatMap((record, i) => (record === undefined ? [] : [[keys[i]!, record] as const]));
}

async function listRecords(store: IDBObjectStore, range: RowRange): Promise<Records> {
  const { limit, order = 'ascending' } = range;
  const { lower, upper } = boundsOf(range);
  if (lower >= upper || limit === 0) return [];
  const bounds = IDBKeyRange.bound(lower, upper, false, true);
  if (order === 'descending' && limit !== undefined) return lastRecords(store, bounds, limit);
  const [keys, rows] = await Promise.all([
    promisifyRequest(store.getAllKeys(bounds, limit)),
    promisifyRequest<SealedRow[]>(store.getAll(bounds, limit)),
  ]);
  const records = rows.map((row, i) => [keys[i] as string, row] as const);
  return order === 'ascending' ? records : records.toReversed();
}

/** From the end of the range, one after the other. */
function lastRecords(store: IDBObjectStore, bounds: IDBKeyRange, limit: number): Promise<Records> {
  const records: (readonly [string, SealedRow])[] = [];
  const request = store.openCursor(bounds, 'prev');
  return new Promise<Records>((resolve, reject) => {
    request.addEventListener('error', () => reject(request.error ?? new Error('cursor failed')));
    request.addEventListener('success', () => {
      const cursor = request.result;
      if (cursor === null) return resolve(records);
      records.push([cursor.key as string, cursor.value as SealedRow]);
      if (records.length === limit) resolve(records);
      else cursor.continue();
    });
  });
}

/** When the store's transaction is on disk. Awaited after its requests, whose own failures come first. */
function completion(store: IDBObjectStore): Promise<void> {
  const done = promisifyRequest(store.transaction);
  done.catch(() => {});
  return done;
}
