import type { Deps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Tells the server this store's revision, and learns whether it has seen a later one: then a backup was restored, or
 * a copied profile runs twice, and ratchets here are where they were before.
 */
export async function checkForRollback(deps: Deps): Promise<boolean> {
  // A checkpoint of the tab that led before may come in between; a true rollback is one the second time, too.
  return (await isBehind(deps)) && (await isBehind(deps));
}

/** Whether the server has seen a later revision of this store than the one it is told now. */
export async function isBehind({ api, store, reader }: Deps): Promise<boolean> {
  const skipped = (await reader.get(ROWS.skippedRevisions)) ?? 0;
  const { rollback } = await api.devices.checkpoint.mutate({ rev: skipped + (await store.revision()) });
  return rollback;
}
