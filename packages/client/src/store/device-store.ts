import type { Bytes } from '@seal-chat/protocol';
import type { AtRest } from '../model/account.ts';

/**
 * What a device keeps: rows of bytes by string key, and one number, the revision, that grows by one with every
 * commit. A store knows nothing of what is in the rows; what may be written when is `device-tx.ts`'s concern.
 * Every method throws SealError STORAGE_FAILED when the medium does, STORAGE_LOST when it may work the next time, and
 * STORAGE_FULL when there is no room.
 */
export interface DeviceStore {
  readonly atRest: AtRest;
  /** Mutual exclusion among everyone who has this store open: tabs, or clients in one process. */
  readonly locks: Locks;
  /** Reaches everyone else who has this store open. */
  readonly channel: Channel;
  /** 0 before the first commit. */
  revision(): Promise<number>;
  /** The rows of `keys`, in that order; null where there is none. */
  get(keys: readonly string[]): Promise<readonly (Bytes | null)[]>;
  /** Rows in the order of their keys. */
  list(range: RowRange): Promise<readonly StoredRow[]>;
  /**
   * Writes everything or nothing, and returns once it would survive a power cut.
   * @returns the new revision, `expectedRev + 1`
   * @throws SealError STORAGE_CONFLICT when the revision is not `expectedRev`: another tab wrote in between
   */
  commit(changes: ChangeSet): Promise<number>;
  /**
   * Has what was deleted disappear from the medium, when it is time for that. Under the lock `device`; a crash on the way
   * changes nothing.
   */
  renew?(): Promise<void>;
  /** Deletes all rows and keys for good and starts again at revision 0. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

export interface StoredRow {
  readonly key: string;
  readonly value: Bytes;
}

/** Keys that begin with `prefix`, within the bounds given. */
export interface RowRange {
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after?: string;
  /** Only keys before this one. */
  readonly before?: string;
  /** At most this many rows. */
  readonly limit?: number;
  /** `descending` begins with the last key. */
  readonly order?: 'ascending' | 'descending';
}

export interface ChangeSet {
  readonly expectedRev: number;
  readonly puts: ReadonlyMap<string, Bytes>;
  readonly deletes: readonly string[];
}

/** Opens the store called `name`; clients that name the same store share one device. */
export type StoreFactory = (name: string) => Promise<DeviceStore>;

export interface Locks {
  /**
   * Runs `task` while no other caller holds the lock `name`, waiting for its turn.
   * @param task is told by the signal it gets when another caller has taken the lock away
   * @throws what `task` throws; the signal's reason when it is aborted before its turn
   */
  run<T>(name: LockName, task: (lost: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** As `run`, but takes the lock away from who holds it: a tab that hangs. Only where callers can hang apart. */
  take?<T>(name: LockName, task: (lost: AbortSignal) => Promise<T>): Promise<T>;
}

/**
 * `device`: reading and writing rows. The others are held over the network: `account` while this device gets its
 * account, `session` while renewing tokens, `prekeys` and `keypackages` while filling the stock, `channel/…` while
 * changing a channel's group, `upload/…` while uploading a file, `leader` as long as the connection is this client's.
 */
export type LockName =
  | 'device'
  | 'account'
  | 'session'
  | 'prekeys'
  | 'keypackages'
  | 'leader'
  | `channel/${string}`
  | `upload/${string}`;

export interface Channel {
  /** Tells everyone but the caller. Messages are structured-clonable. */
  post(message: unknown): void;
  subscribe(listener: (message: unknown) => void): () => void;
}
