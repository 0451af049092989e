import { get, promisifyRequest, set, type UseStore } from 'idb-keyval';
import type { AtRest } from '../model/account.ts';
import { deleteDatabase, openDatabase, type Database } from './idb-database.ts';
import { createRowSealer, type RowSealer } from './row-sealer.ts';
import { openStoreKey } from './store-key.ts';

/**
 * A store is one database after another, each with a key of its own: what was deleted goes for good when its database does.
 * A small database of the store's name says which is the present one.
 */

/** Records of the store itself begin with `!`, which no row key does. */
const STATE = '!state';
const POINTER = '!current';

/** State of one database. */
export interface StoreState {
  readonly rev: number;
  /** Rows that were written or deleted, since this database was made. */
  readonly writes: number;
  /** When this database was made, ms on this device's clock. */
  readonly madeAt: number;
  /** The next database has taken this one's place: nothing is read or written here any more. */
  readonly movedTo?: number;
}

interface Pointer {
  readonly current: number;
  /** Databases that are still to be deleted. */
  readonly obsolete: readonly number[];
}

/** One database of a store, open. */
export interface Generation {
  readonly number: number;
  readonly database: Database;
  readonly sealer: RowSealer;
  readonly atRest: AtRest;
}

export interface Generations {
  /** The present one. @throws DOMException, SealError STORAGE_FAILED, STORAGE_LOST */
  present(): Promise<Generation>;
  /** Looks which is the present one. Called when the one that was has moved. */
  refresh(): Promise<Generation>;
  /** Makes an empty database for what comes after the present one, with a new key. It counts once the present one has moved. */
  prepareNext(present: Generation): Promise<Generation>;
  /** `next` is the present one from now on, and what was before goes. */
  advance(next: Generation): Promise<void>;
  close(): Promise<void>;
}

/** The state of a database, read in a transaction. */
export async function readState(store: IDBObjectStore): Promise<StoreState> {
  return (await promisifyRequest<StoreState | undefined>(store.get(STATE))) ?? newState();
}

/** Puts the state of a database, in a transaction. */
export function putState(store: IDBObjectStore, state: StoreState): void {
  store.put(state, STATE);
}

function newState(): StoreState {
  return { rev: 0, writes: 0, madeAt: Date.now() };
}

export function createGenerations(deps: {
  readonly indexedDB: IDBFactory;
  readonly subtle: SubtleCrypto;
  readonly name: string;
}): Generations {
  const { indexedDB, subtle, name } = deps;
  const nameOf = (number: number): string => `${name}#${number}`;
  const root = openDatabase(indexedDB, name);
  let opening: Promise<Generation> | null = null;

  const readPointer = async (): Promise<Pointer> =>
    (await get<Pointer>(POINTER, root.use)) ?? { current: 1, obsolete: [] };

  const openFor = (number: number): Database => openDatabase(indexedDB, nameOf(number), forget);

  async function openKeyOf(number: number, database: Database): Promise<Generation> {
    const { rev } = await stateOf(database.use);
    const { key, atRest } = await openStoreKey({ use: database.use, subtle, hasRows: rev > 0 });
    const sealer = createRowSealer({ subtle, key, storeName: database.name });
    return { number, database, sealer, atRest };
  }

  async function openPresent(): Promise<Generation> {
    for (;;) {
      const { current, obsolete } = await readPointer();
      const database = openFor(current);
      const { movedTo } = await stateOf(database.use);
      // Another tab may have deleted it in the meantime; then it was made again just now, and is nobody's.
      const isStale = database.isNew() === true && (await readPointer()).current !== current;
      if (movedTo === undefined && !isStale) {
        await removeObsolete(obsolete);
        return openKeyOf(current, database);
      }
      await database.close();
      // A crash came between moving and saying so.
      if (movedTo !== undefined) await writePointer(movedTo, current);
      else await deleteDatabase(indexedDB, nameOf(current));
    }
  }

  /** Says which is the present one; another tab may have said so before, or of a later one. */
  function writePointer(current: number, replaced: number): Promise<void> {
    return root.use('readwrite', async (store) => {
      const done = promisifyRequest(store.transaction);
      done.catch(() => {});
      const before = await promisifyRequest<Pointer | undefined>(store.get(POINTER));
      if (before === undefined || before.current < current)
        store.put({ current, obsolete: [...(before?.obsolete ?? []), replaced] } satisfies Pointer, POINTER);
      await done;
    });
  }

  /** Deletes databases whose time is over. Those that a hanging tab holds are tried again by the next page. */
  async function removeObsolete(obsolete: readonly number[]): Promise<void> {
    if (obsolete.length === 0) return;
    const results = await Promise.all(obsolete.map((number) => deleteDatabase(indexedDB, nameOf(number))));
    const { current, obsolete: all } = await readPointer();
    const left = all.filter((number) => results[obsolete.indexOf(number)] !== true);
    if (left.length < all.length) await set(POINTER, { current, obsolete: left } satisfies Pointer, root.use);
  }

  function present(): Promise<Generation> {
    if (opening === null) {
      const current = openPresent();
      opening = current;
      current.catch(() => (opening = opening === current ? null : opening));
    }
    return opening;
  }

  function forget(): void {
    const gone = opening;
    opening = null;
    void gone?.then(
      ({ database }) => database.close(),
      () => {},
    );
  }

  return {
    present,
    refresh() {
      forget();
      return present();
    },
    async prepareNext({ number }) {
      // What a crash may have left half done.
      await deleteDatabase(indexedDB, nameOf(number + 1));
      return openKeyOf(number + 1, openFor(number + 1));
    },
    async advance(next) {
      const before = opening;
      opening = Promise.resolve(next);
      await (await before)?.database.close();
      await writePointer(next.number, next.number - 1);
      await removeObsolete((await readPointer()).obsolete);
    },
    async close() {
      forget();
      await root.close();
    },
  };
}

function stateOf(use: UseStore): Promise<StoreState> {
  return use('readonly', readState);
}
