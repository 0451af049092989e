import type { Attachments } from '../attachments/attachments.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import type { Loader } from '../context/loader.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { ROWS } from '../store/rows.ts';
import { reportFinal } from './report-final.ts';

/** Continues uploads that a tab left unfinished. Most devices have none, and load no code for them. */
export function createUploadsPart(deps: Deps & { readonly attachments: Loader<Attachments> }): LeaderPart {
  const queue = createTaskQueue(reportFinal(deps));
  let isConnected = false;
  let hasUploads = false;

  async function resume(isOnlineAgain: boolean): Promise<void> {
    hasUploads = (await deps.reader.list(ROWS.allUploads, { limit: 1 })).length > 0;
    if (!hasUploads || !isConnected) return;
    await (await deps.attachments()).resume(isOnlineAgain);
  }

  return {
    connected() {
      isConnected = true;
      void queue.add(() => resume(true));
    },
    disconnected() {
      isConnected = false;
    },
    committed(keys) {
      if (!isConnected) return;
      const touches = (prefix: string): boolean => keys.some((key) => key.startsWith(prefix));
      if (touches(ROWS.allUploads) || (hasUploads && touches(ROWS.allOutbox))) void queue.add(() => resume(false));
    },
    async stop() {
      isConnected = false;
      await queue.idle();
      if (hasUploads) (await deps.attachments().catch(() => null))?.uploads.stop();
    },
  };
}
