import { promisifyRequest } from 'idb-keyval';
import { putState, readState, type Generation } from './generations.ts';
import type { SealedRow } from './row-sealer.ts';

/** Rows that are moved in one transaction. */
const PER_TRANSACTION = 200;
/** After every record of the store itself, before every row. */
const FIRST_ROW = '"';

/**
 * Copies every row to `to`, sealed under its key, and then marks `from` as moved. The mark is what counts: a crash before
 * it leaves `from` as it was, one after it finds everything in `to`.
 *
 * @returns false, and nothing has moved, when another tab has written meanwhile
 */
export async function moveRows(from: Generation, to: Generation): Promise<boolean> {
  const { rev, movedTo } = await from.database.use('readonly', readState);
  if (movedTo !== undefined) return false;
  for (let after: string | null = null; ;) {
    const bounds: IDBKeyRange =
      after === null ? IDBKeyRange.lowerBound(FIRST_ROW) : IDBKeyRange.lowerBound(after, true);
    const [keys, rows] = await from.database.use('readonly', (store) =>
      Promise.all([
        promisifyRequest(store.getAllKeys(bounds, PER_TRANSACTION)),
        promisifyRequest<SealedRow[]>(store.getAll(bounds, PER_TRANSACTION)),
      ]),
    );
    if (rows.length === 0) break;
    await copy(
      to,
      await Promise.all(
        rows.map(async (row, i) => {
          const key = keys[i] as string;
          return [key, await to.sealer.seal(key, row.rev, await from.sealer.open(key, row))] as const;
        }),
      ),
    );
    after = keys.at(-1) as string;
  }
  await to.database.use('readwrite', async (store) => {
    const done = promisifyRequest(store.transaction);
    done.catch(() => {});
    putState(store, { ...(await readState(store)), rev });
    await done;
  });
  return from.database.use('readwrite', async (store) => {
    const done = promisifyRequest(store.transaction);
    done.catch(() => {});
    const state = await readState(store);
    const isSame = state.rev === rev && state.movedTo === undefined;
    if (isSame) putState(store, { ...state, movedTo: to.number });
    await done;
    return isSame;
  });
}

async function copy(to: Generation, rows: readonly (readonly [key: string, row: SealedRow])[]): Promise<void> {
  await to.database.use('readwrite', async (store) => {
    const done = promisifyRequest(store.transaction);
    done.catch(() => {});
    for (const [key, row] of rows) store.put(row, key);
    await done;
  });
}
