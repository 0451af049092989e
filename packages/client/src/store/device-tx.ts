import { isSealError, type Bytes, type ConversationId } from '@seal-chat/protocol';
import { checkRealm } from './check-realm.ts';
import type { DeviceStore, RowRange } from './device-store.ts';
import { decodeRow, encodeRow } from './row-codec.ts';
import type { RowKey, RowPrefix } from './rows.ts';

/** A row as it was found. */
export interface FoundRow<T> {
  readonly key: RowKey<T>;
  readonly value: T;
}

/** Which rows of a kind. */
export type RowSelection<T> = Omit<RowRange, 'prefix' | 'after' | 'before'> & {
  readonly after?: RowKey<T>;
  readonly before?: RowKey<T>;
};

/** Reads rows. */
export interface RowReader {
  get<T>(key: RowKey<T>): Promise<T | null>;
  /** The rows of `keys`, in that order. */
  getMany<T>(keys: readonly RowKey<T>[]): Promise<readonly (T | null)[]>;
  /** In the order of their keys. */
  list<T>(prefix: RowPrefix<T>, selection?: RowSelection<T>): Promise<readonly FoundRow<T>[]>;
}

/** What else a commit did, for the views in every tab. */
export type Announcement =
  | { readonly type: 'arrived' | 'changed'; readonly conversationId: ConversationId; readonly seq: number }
  | { readonly type: 'wiped' };

/** What was committed. Holds keys and numbers, never content. */
export interface Committed {
  readonly keys: readonly string[];
  readonly announcements: readonly Announcement[];
}

/**
 * A transaction of the device: reads see its own writes, and nothing is written before all of it is. Whatever moves a
 * ratchet goes through here together with everything that follows from it (invariant 3).
 */
export interface DeviceTx extends RowReader {
  put<T>(key: RowKey<T>, value: T): void;
  delete(key: RowKey<unknown>): void;
  /** Told to every tab after the commit. */
  announce(announcement: Announcement): void;
  /** Runs `task`; when it throws, its writes are forgotten and those before it stay. */
  attempt<T>(task: () => Promise<T>): Promise<T>;
}

export interface TransactDeps {
  readonly store: DeviceStore;
  readonly committed: (change: Committed) => void;
}

/** Revision checks only fail where there are no Web Locks, or two tabs meet there: a few more tries settle it. */
const MAX_CONFLICTS = 20;

/** A raw row is kept as it is, behind a first byte no encoded row has: its length field would be 4 GB. */
const RAW = 0xff;

/** Reads outside of a transaction: for views. */
export function rowReader(store: DeviceStore): RowReader {
  return {
    async get(key) {
      const [row] = await store.get([key]);
      return row ? decodeValue(row) : null;
    },
    async getMany(keys) {
      const rows = await store.get(keys);
      return rows.map((row) => (row ? decodeValue(row) : null));
    },
    async list(prefix, selection) {
      const rows = await store.list({ ...selection, prefix });
      return rows.map(({ key, value }) => ({ key: key as RowKey<never>, value: decodeValue(value) }));
    },
  };
}

/**
 * Runs `task` under the device lock and commits what it wrote, all or nothing. `task` does no network and keeps no
 * state outside of `tx`: it runs again when another tab was quicker.
 *
 * @throws what `task` throws (nothing is written then); SealError STORAGE_FAILED, STORAGE_CONFLICT, UNSAFE_PAGE
 */
export async function transact<T>(deps: TransactDeps, task: (tx: DeviceTx) => Promise<T>): Promise<T> {
  const { store, committed } = deps;
  const { result, change } = await store.locks.run('device', async () => {
    for (let conflicts = 0; ; conflicts++) {
      try {
        return await runOnce(store, task);
      } catch (error) {
        if (!isSealError(error, 'STORAGE_CONFLICT') || conflicts === MAX_CONFLICTS) throw error;
      }
    }
  });
  if (change !== null) committed(change);
  return result;
}

interface Pending {
  /** Null: to be deleted. */
  readonly rows: Map<string, Bytes | null>;
  readonly announcements: Announcement[];
}

async function runOnce<T>(
  store: DeviceStore,
  task: (tx: DeviceTx) => Promise<T>,
): Promise<{ readonly result: T; readonly change: Committed | null }> {
  const expectedRev = await store.revision();
  let pending: Pending = { rows: new Map(), announcements: [] };

  /** Rows that were read: nobody changes them before the commit, which would fail. */
  const known = new Map<string, Promise<Bytes | null>>();
  const readRow = (key: string): Promise<Bytes | null> => {
    const own = pending.rows.get(key);
    if (own !== undefined) return Promise.resolve(own);
    const read = known.get(key) ?? store.get([key]).then(([row]) => row ?? null);
    known.set(key, read);
    return read;
  };

  const tx: DeviceTx = {
    async get(key) {
      const row = await readRow(key);
      return row ? decodeValue(row) : null;
    },
    async getMany(keys) {
      const rows = await Promise.all(keys.map(readRow));
      return rows.map((row) => (row ? decodeValue(row) : null));
    },
    async list(prefix, selection = {}) {
      const { limit, order = 'ascending', after = '', before } = selection;
      const changed = [...pending.rows].filter(
        ([key]) => key.startsWith(prefix) && key > after && (before === undefined || key < before),
      );
      const stored = await store.list({ ...selection, prefix, ...(limit && { limit: limit + changed.length }) });
      const rows = new Map<string, Bytes | null>(stored.map(({ key, value }) => [key, value]));
      for (const [key, value] of changed) rows.set(key, value);
      const found = [...rows].filter((entry): entry is [string, Bytes] => entry[1] !== null);
      found.sort(([a], [b]) => (a < b === (order === 'ascending') ? -1 : 1));
      return found.slice(0, limit).map(([key, value]) => ({ key: key as RowKey<never>, value: decodeValue(value) }));
    },
    put: (key, value) => void pending.rows.set(key, encodeValue(value)),
    delete: (key) => void pending.rows.set(key, null),
    announce: (announcement) => void pending.announcements.push(announcement),
    async attempt(part) {
      const before: Pending = { rows: new Map(pending.rows), announcements: [...pending.announcements] };
      try {
        return await part();
      } catch (error) {
        pending = before;
        throw error;
      }
    },
  };

  const result = await task(tx);
  if (pending.rows.size === 0) return { result, change: null };
  const entries = [...pending.rows];
  // Another script may have come since the last commit.
  checkRealm();
  await store.commit({
    expectedRev,
    puts: new Map(entries.filter((entry): entry is [string, Bytes] => entry[1] !== null)),
    deletes: entries.filter(([, value]) => value === null).map(([key]) => key),
  });
  return { result, change: { keys: entries.map(([key]) => key), announcements: pending.announcements } };
}

function encodeValue(value: unknown): Bytes {
  if (!(value instanceof Uint8Array)) return encodeRow(value);
  const row = new Uint8Array(value.length + 1);
  row[0] = RAW;
  row.set(value, 1);
  return row;
}

function decodeValue<T>(row: Bytes): T {
  return row[0] === RAW ? (row.slice(1) as T) : decodeRow<T>(row);
}
