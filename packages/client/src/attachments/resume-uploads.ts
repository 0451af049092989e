import type { StoreDeps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';
import { changeUpload, findWaiting } from './progress.ts';
import type { Uploads } from './uploads.ts';

/**
 * Continues uploads that no tab works on: those of a tab that was closed, and those of a message that was put back in
 * the queue. Called by the leading tab.
 *
 * @param isOnlineAgain the connection has just come back
 */
export async function resumeUploads(deps: StoreDeps, uploads: Uploads, isOnlineAgain: boolean): Promise<void> {
  uploads.allow(isOnlineAgain);
  for (const { key, value } of await deps.reader.list(ROWS.allUploads)) {
    if (value.state === 'failed' && value.isTaken && (await findWaiting(deps.reader, key))?.value.failure === null) {
      await changeUpload(deps, key, (now) => ({ ...now, state: 'active', failure: null }));
    }
    uploads.start(key);
  }
}
