import { SealError, ciphertextSize, isSealError, type AttachmentId, type ErrorCode } from '@seal-chat/protocol';
import { backoffDelay, sleep } from '../api/backoff.ts';
import { toSealError } from '../api/errors.ts';
import type { Deps } from '../context/deps.ts';
import type { DeviceStore } from '../store/device-store.ts';
import { ROWS, type RowKey, type UploadRow } from '../store/rows.ts';
import { changeUpload, findWaiting, forgetUpload, uploadOf, withStored } from './progress.ts';
import { requestFile } from './request.ts';
import { partToSend, prepareParts, type Source } from './sources.ts';
import { partsOf } from './upload-state.ts';

/** Files on their way at once, and parts of each. */
const FILES_AT_ONCE = 2;
const PARTS_AT_ONCE = 2;
/** A part that takes longer has got stuck, ms. */
const PART_TIMEOUT_MS = 120_000;
/** A file that is not in the store by then is not going to be, ms. */
const PREPARED_WITHIN_MS = 600_000;
/** Times an upload that the server has thrown away is begun anew. */
const MAX_RESTARTS = 3;

/** Not the file's fault: it goes on when somebody leads again. */
const STOPS: ReadonlySet<ErrorCode> = new Set(['NOT_SIGNED_IN', 'DEVICE_REVOKED', 'STORAGE_FAILED']);

/** What this tab knows of uploads besides the rows: nothing that a reload may not forget. */
interface Running {
  readonly sources: Map<AttachmentId, Source>;
  /** Uploads that this tab works on or waits for. */
  readonly runs: Map<AttachmentId, AbortController>;
  /** Those that wait for others to be done. */
  readonly queue: (() => void)[];
  active: number;
  isStopped: boolean;
  /** Aborted when those that wait for the network need not wait any longer. */
  waiting: AbortController;
}

const running = new WeakMap<DeviceStore, Running>();

function runningOf(store: DeviceStore): Running {
  let found = running.get(store);
  if (found === undefined) {
    found = {
      sources: new Map(),
      runs: new Map(),
      queue: [],
      active: 0,
      isStopped: false,
      waiting: new AbortController(),
    };
    running.set(store, found);
  }
  return found;
}

/** Gives the uploader a file to read. */
export function addSource(deps: Pick<Deps, 'store'>, attachmentId: AttachmentId, source: Source): void {
  runningOf(deps.store).sources.set(attachmentId, source);
}

/**
 * Sees to it that a file is uploaded: here, or, as long as another tab does it, here once that has ended. What becomes
 * of it is in its row.
 */
export function startUpload(deps: Deps, key: RowKey<UploadRow>): void {
  const { attachmentId } = uploadOf(key);
  const all = runningOf(deps.store);
  if (all.runs.has(attachmentId) || all.isStopped) return;
  const abort = new AbortController();
  all.runs.set(attachmentId, abort);
  const work = async (): Promise<void> => {
    try {
      await deps.store.locks.run(`upload/${attachmentId}`, () => runUpload(deps, key, abort.signal), abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) deps.report(error);
    } finally {
      if (all.runs.get(attachmentId) === abort) all.runs.delete(attachmentId);
    }
  };
  void work();
}

/** What is under way of a file in this tab ends now. */
export function interruptUpload(deps: Pick<Deps, 'store'>, attachmentId: AttachmentId): void {
  const { runs } = runningOf(deps.store);
  runs.get(attachmentId)?.abort();
  runs.delete(attachmentId);
}

/** Ends everything that is under way in this tab; rows stay as they are. */
export function stopUploads(deps: Pick<Deps, 'store'>): void {
  const all = runningOf(deps.store);
  all.isStopped = true;
  for (const abort of all.runs.values()) abort.abort();
  all.runs.clear();
}

/** Uploads go on when somebody leads again. @param isBack the network is: nobody waits any longer */
export function allowUploads(deps: Pick<Deps, 'store'>, isBack: boolean): void {
  const all = runningOf(deps.store);
  all.isStopped = false;
  if (!isBack) return;
  all.waiting.abort();
  all.waiting = new AbortController();
}

/** Takes a place among the files that are on their way. @returns gives it back */
async function takePlace(all: Running, signal: AbortSignal): Promise<() => void> {
  while (all.active >= FILES_AT_ONCE) {
    await new Promise<void>((resolve) => {
      all.queue.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    signal.throwIfAborted();
  }
  all.active++;
  return () => {
    all.active--;
    for (const wake of all.queue.splice(0)) wake();
  };
}

async function runUpload(deps: Deps, key: RowKey<UploadRow>, signal: AbortSignal): Promise<void> {
  const { attachmentId } = uploadOf(key);
  const all = runningOf(deps.store);
  const source = all.sources.get(attachmentId) ?? null;
  const freePlace = await takePlace(all, signal);
  try {
    let restarts = 0;
    for (let attempt = 0; !signal.aborted;) {
      const row = await deps.reader.get(key);
      if (row === null || row.state !== 'active') break;
      if (row.isTaken && (await findWaiting(deps.reader, key)) === null) {
        await giveUp(deps, key);
        break;
      }
      try {
        await advance(deps, key, row, { source, signal });
        attempt = 0;
      } catch (cause) {
        if (signal.aborted) break;
        const error = toSealError(cause);
        if (STOPS.has(error.code)) break;
        if (error.isRetryable) {
          const wait = error.details.retryAfterMs ?? backoffDelay(attempt++);
          await sleep(wait, AbortSignal.any([signal, all.waiting.signal]));
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
    if (row === null || row.state === 'done') all.sources.delete(attachmentId);
  }
}

/** Brings an upload as far as it can. @throws SealError, retryable or not */
async function advance(
  deps: Deps,
  key: RowKey<UploadRow>,
  row: UploadRow,
  { source, signal }: { readonly source: Source | null; readonly signal: AbortSignal },
): Promise<void> {
  const { attachment } = row;
  const isWanted = async (): Promise<boolean> => !signal.aborted && (await deps.reader.get(key))?.state === 'active';
  if (row.keepsParts && !row.isPrepared) {
    if (source === null) throw withoutSource(deps, row);
    await prepareParts(deps, row, source, isWanted);
    if (!(await isWanted())) return;
    await changeUpload(deps, key, (now) => ({ ...now, isPrepared: true }));
  }

  const { conversationId, attachmentId } = uploadOf(key);
  const size = ciphertextSize(attachment.size);
  const { stored } = await deps.api.attachments.create.mutate({ attachmentId, conversationId, size });
  const isThere = new Set(stored);
  const missing = Array.from({ length: partsOf(row) }, (_, i) => i).filter((part) => !isThere.has(part));
  await changeUpload(deps, key, (now, tx) => {
    // Some may have arrived without this device hearing of it.
    if (now.keepsParts) for (const part of stored) tx.delete(ROWS.uploadPart(attachmentId, part));
    const isDone = missing.length === 0 && now.state === 'active';
    return { ...now, storedParts: stored, state: isDone ? 'done' : now.state };
  });

  const sendOne = async (part: number): Promise<void> => {
    const body = await partToSend(deps, row, source, part);
    const timed = AbortSignal.any([signal, AbortSignal.timeout(PART_TIMEOUT_MS)]);
    await requestFile(deps, { method: 'PUT', path: `${attachmentId}/${part}`, body, signal: timed }).catch(
      (error: unknown) => {
        if (isSealError(error) || signal.aborted) throw error;
        throw new SealError('OFFLINE', 'files: a part takes too long', { cause: error });
      },
    );
    await changeUpload(deps, key, (now, tx) => {
      if (now.keepsParts) tx.delete(ROWS.uploadPart(attachmentId, part));
      return withStored(now, part);
    });
  };
  const work = async (): Promise<void> => {
    for (let part = missing.shift(); part !== undefined; part = missing.shift()) {
      if (!(await isWanted())) return;
      await sendOne(part);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: PARTS_AT_ONCE }, work));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
}

/**
 * The tab that had the file was closed before all of it was here: this tab could not have the lock otherwise. Without
 * Web Locks the other tab may still be at it.
 */
function withoutSource({ now }: Pick<Deps, 'now'>, { addedAt }: UploadRow): SealError {
  const isAlone = globalThis.navigator?.locks !== undefined || now() - addedAt > PREPARED_WITHIN_MS;
  return new SealError(isAlone ? 'NOT_FOUND' : 'UNAVAILABLE', 'files: the file is not here');
}

/** Nobody wants the file any more: it goes here and there. What the server keeps in spite of that it collects. */
export async function giveUp(deps: Deps, key: RowKey<UploadRow>): Promise<void> {
  const { attachmentId } = uploadOf(key);
  interruptUpload(deps, attachmentId);
  runningOf(deps.store).sources.delete(attachmentId);
  await forgetUpload(deps, key);
  void deps.api.attachments.cancel.mutate({ attachmentId }).catch(() => {});
}
