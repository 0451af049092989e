import type { AttachmentId, ErrorCode } from '@seal-chat/protocol';
import { backoffDelay, sleep } from '../api/backoff.ts';
import { toSealError } from '../api/errors.ts';
import type { Deps } from '../context/deps.ts';
import type { RowKey, UploadRow } from '../store/rows.ts';
import { advanceUpload } from './advance-upload.ts';
import { changeUpload, findWaiting, forgetUpload, uploadOf } from './progress.ts';
import type { Source } from './sources.ts';

/** Files that are uploaded at the same time. */
const FILES_AT_ONCE = 2;
/** Times an upload that the server has thrown away is started again. */
const MAX_RESTARTS = 3;

/** Not the file's fault: the upload goes on when a tab leads again. */
const STOPS: ReadonlySet<ErrorCode> = new Set(['NOT_SIGNED_IN', 'DEVICE_REVOKED', 'STORAGE_FAILED']);

/** The uploads of one tab. Knows nothing besides the rows that a reload may not forget. */
export interface Uploads {
  /** Hands over a file to read. */
  addSource(attachmentId: AttachmentId, source: Source): void;
  /** Uploads a file here, or, while another tab does it, here once that has ended. The result is in its row. */
  start(key: RowKey<UploadRow>): void;
  /** Ends what is under way of a file in this tab. */
  interrupt(attachmentId: AttachmentId): void;
  /** Deletes a file that is no longer wanted, here and on the server, which also collects what it still keeps. */
  giveUp(key: RowKey<UploadRow>): Promise<void>;
  /** Allows uploads again after `stop`. @param isOnlineAgain ends all waiting for the network */
  allow(isOnlineAgain: boolean): void;
  /** Ends everything that is under way in this tab; rows stay as they are. */
  stop(): void;
}

export function createUploads(deps: Deps): Uploads {
  const sources = new Map<AttachmentId, Source>();
  /** Uploads that this tab works on or waits for. */
  const runs = new Map<AttachmentId, AbortController>();
  /** Called when an upload has ended: for those that wait for a place. */
  const placeSeekers: (() => void)[] = [];
  const places = { taken: 0 };
  let isStopped = false;
  /** Aborted when uploads need not wait for the network any longer. */
  let waiting = new AbortController();

  /** Takes one of the places for files that are uploaded at the same time. @returns gives it back */
  async function takePlace(signal: AbortSignal): Promise<() => void> {
    while (places.taken >= FILES_AT_ONCE) {
      await new Promise<void>((resolve) => {
        placeSeekers.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      signal.throwIfAborted();
    }
    places.taken++;
    return () => {
      places.taken--;
      for (const tryAgain of placeSeekers.splice(0)) tryAgain();
    };
  }

  async function runUpload(key: RowKey<UploadRow>, signal: AbortSignal): Promise<void> {
    const { attachmentId } = uploadOf(key);
    const source = sources.get(attachmentId) ?? null;
    const freePlace = await takePlace(signal);
    try {
      let restarts = 0;
      for (let attempt = 0; !signal.aborted;) {
        const row = await deps.reader.get(key);
        if (row === null || row.state !== 'active') break;
        if (row.isTaken && (await findWaiting(deps.reader, key)) === null) {
          await giveUp(key);
          break;
        }
        try {
          await advanceUpload(deps, key, row, { source, signal });
          attempt = 0;
        } catch (cause) {
          if (signal.aborted) break;
          const error = toSealError(cause);
          if (STOPS.has(error.code)) break;
          if (error.isRetryable) {
            const wait = error.details.retryAfterMs ?? backoffDelay(attempt++);
            await sleep(wait, AbortSignal.any([signal, waiting.signal]));
          } else if (error.code === 'NOT_FOUND' && row.storedParts.length > 0 && restarts++ < MAX_RESTARTS) {
            // Given up by the server after a day without a message: once more, while the ciphertext is here.
            await changeUpload(deps, key, (now) => ({ ...now, storedParts: [] }));
          } else {
            if (error.code === 'INTERNAL') deps.report(error);
            await changeUpload(deps, key, (now) => ({ ...now, state: 'failed', failure: error.code }));
          }
        }
      }
    } finally {
      freePlace();
      const row = await deps.reader.get(key).catch(() => null);
      if (row === null || row.state === 'done') sources.delete(attachmentId);
    }
  }

  function interrupt(attachmentId: AttachmentId): void {
    runs.get(attachmentId)?.abort();
    runs.delete(attachmentId);
  }

  async function giveUp(key: RowKey<UploadRow>): Promise<void> {
    const { attachmentId } = uploadOf(key);
    interrupt(attachmentId);
    sources.delete(attachmentId);
    await forgetUpload(deps, key);
    void deps.api.attachments.cancel.mutate({ attachmentId }).catch(() => {});
  }

  return {
    addSource: (attachmentId, source) => void sources.set(attachmentId, source),
    start(key) {
      const { attachmentId } = uploadOf(key);
      if (runs.has(attachmentId) || isStopped) return;
      const abort = new AbortController();
      runs.set(attachmentId, abort);
      void deps.store.locks
        .run(`upload/${attachmentId}`, () => runUpload(key, abort.signal), abort.signal)
        .catch((error: unknown) => {
          if (!abort.signal.aborted) deps.report(error);
        })
        .finally(() => {
          if (runs.get(attachmentId) === abort) runs.delete(attachmentId);
        });
    },
    interrupt,
    giveUp,
    allow(isOnlineAgain) {
      isStopped = false;
      if (!isOnlineAgain) return;
      waiting.abort();
      waiting = new AbortController();
    },
    stop() {
      isStopped = true;
      for (const abort of runs.values()) abort.abort();
      runs.clear();
    },
  };
}
