import { SealError, type Bytes } from '@seal-chat/protocol';
import type { ChangeSet, RowRange, StoredRow } from './device-store.ts';

/** Rows in memory, in the order of their keys, with the revision rule of every store. Not a store on its own. */
export interface RowMap {
  readonly rev: number;
  get(key: string): Bytes | null;
  list(range: RowRange): readonly StoredRow[];
  /** @throws SealError STORAGE_CONFLICT when the revision is not the expected one */
  check(changes: ChangeSet): void;
  /** Applies what `check` has passed. */
  apply(changes: ChangeSet): number;
  /** Applies what was written before: the first set decides the revision. @throws SealError STORAGE_CONFLICT */
  restore(changes: ChangeSet): void;
  entries(): Iterable<readonly [string, Bytes]>;
  clear(): void;
}

/** Changes for which the order is made again. */
const MANY = 1_000;

export function createRowMap(): RowMap {
  const rows = new Map<string, Bytes>();
  let rev = 0;
  /** Null while the order has to be made again. */
  let sorted: string[] | null = null;

  const inOrder = (): readonly string[] => (sorted ??= [...rows.keys()].toSorted());

  /** Keeps the order while few rows come or go. */
  const reorder = (key: string, isThere: boolean): void => {
    if (sorted === null) return;
    const at = firstNotBefore(sorted, key);
    if (isThere) sorted.splice(at, 0, key);
    else sorted.splice(at, 1);
  };

  const check = ({ expectedRev }: ChangeSet): void => {
    if (rev !== expectedRev) throw new SealError('STORAGE_CONFLICT', `store: revision ${rev}, not ${expectedRev}`);
  };
  const apply = ({ puts, deletes }: ChangeSet): number => {
    if (puts.size + deletes.length > MANY) sorted = null;
    for (const [key, value] of puts) {
      if (!rows.has(key)) reorder(key, true);
      rows.set(key, value.slice());
    }
    for (const key of deletes) if (rows.delete(key)) reorder(key, false);
    return ++rev;
  };

  return {
    get rev() {
      return rev;
    },
    get: (key) => rows.get(key)?.slice() ?? null,
    list({ limit = Infinity, order = 'ascending', ...range }) {
      const keys = inOrder();
      const { lower, upper } = boundsOf(range);
      const from = firstNotBefore(keys, lower);
      const to = firstNotBefore(keys, upper);
      const wanted =
        order === 'ascending'
          ? keys.slice(from, Math.min(to, from + limit))
          : keys.slice(Math.max(from, to - limit), to).toReversed();
      return wanted.map((key) => ({ key, value: rows.get(key)!.slice() }));
    },
    check,
    apply,
    restore(changes) {
      if (rev === 0) rev = changes.expectedRev;
      check(changes);
      apply(changes);
    },
    entries: () => rows,
    clear() {
      rows.clear();
      sorted = null;
      rev = 0;
    },
  };
}

/** The keys of a range: from `lower` on, up to but without `upper`. */
export function boundsOf({ prefix, after, before }: RowRange): { readonly lower: string; readonly upper: string } {
  const end = `${prefix}\uffff`;
  return {
    lower: after !== undefined && after >= prefix ? `${after}\0` : prefix,
    upper: before !== undefined && before < end ? before : end,
  };
}

/** Index of the first key that is `bound` or comes after it. */
function firstNotBefore(keys: readonly string[], bound: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
