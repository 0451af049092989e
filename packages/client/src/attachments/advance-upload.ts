import { SealError, ciphertextSize, isSealError, times } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { ROWS, type RowKey, type UploadRow } from '../store/rows.ts';
import { changeUpload, uploadOf, withStored } from './progress.ts';
import { requestFile } from './request.ts';
import { partToSend, prepareParts, type Source } from './sources.ts';
import { partsOf } from './upload-state.ts';

/** Parts of one file that are sent at the same time. */
const PARTS_AT_ONCE = 2;
/** A part that takes longer has got stuck, ms. */
const PART_TIMEOUT_MS = 120_000;
/** A file that is not in the store by then is not going to be, ms. */
const PREPARED_WITHIN_MS = 600_000;

/** Brings an upload as far as possible. @throws SealError, retryable or not */
export async function advanceUpload(
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
  const missing = times(partsOf(row), (i) => i).filter((part) => !isThere.has(part));
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
        throw new SealError('OFFLINE', 'attachment: uploading a part took too long', { cause: error });
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
  const workers = await Promise.allSettled(times(PARTS_AT_ONCE, work));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
}

/**
 * The tab that had the file was closed before all of it was here: this tab could not have the lock otherwise. Without
 * Web Locks the other tab may still be at it.
 */
function withoutSource({ now }: Pick<Deps, 'now'>, { addedAt }: UploadRow): SealError {
  const isAlone = globalThis.navigator?.locks !== undefined || now() - addedAt > PREPARED_WITHIN_MS;
  return new SealError(isAlone ? 'NOT_FOUND' : 'UNAVAILABLE', 'attachment: the file is not on this device');
}
