import type { Deps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';
import { changeUpload, findWaiting } from './progress.ts';
import { allowUploads, startUpload, stopUploads } from './uploads.ts';

/**
 * Sees to it that uploads go on which nobody works on: those of a tab that was closed, and those of a message that was
 * put back in the queue. Called by whoever leads.
 *
 * @param isBack the connection has just come back
 * @returns whether there are any uploads
 */
export async function keepUploads(deps: Deps, isBack: boolean): Promise<boolean> {
  allowUploads(deps, isBack);
  const rows = await deps.reader.list(ROWS.allUploads);
  for (const { key, value } of rows) {
    if (value.state === 'failed' && value.isTaken && (await findWaiting(deps.reader, key))?.value.failure === null) {
      await changeUpload(deps, key, (now) => ({ ...now, state: 'active', failure: null }));
    }
    startUpload(deps, key);
  }
  return rows.length > 0;
}

export { stopUploads };
