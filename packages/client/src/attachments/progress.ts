import type { AttachmentId, ConversationId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { DeviceTx, FoundRow, RowReader } from '../store/device-tx.ts';
import { findQueued } from '../store/find-queued.ts';
import { ROWS, type OutboxRow, type RowKey, type UploadRow } from '../store/rows.ts';
import { partsOf, uploadStateOf } from './upload-state.ts';

/** Which upload: its conversation and its id are in the key of its row. */
export function uploadOf(key: RowKey<UploadRow>): {
  readonly conversationId: ConversationId;
  readonly attachmentId: AttachmentId;
} {
  const [, conversationId, attachmentId] = key.split('/');
  return { conversationId: conversationId as ConversationId, attachmentId: attachmentId as AttachmentId };
}

/** The queued message that waits for an upload; null when there is none left. */
export async function findWaiting(tx: RowReader, key: RowKey<UploadRow>): Promise<FoundRow<OutboxRow> | null> {
  const { conversationId, attachmentId } = uploadOf(key);
  return findQueued(tx, conversationId, ({ waitsFor }) => waitsFor?.includes(attachmentId) ?? false);
}

/**
 * Changes the row of an upload, and with it what is shown of a message that waits for it: a message whose last upload
 * is done is sent, one with an upload that failed has failed.
 *
 * @param change gets the row as it is; null to leave it
 * @returns the row as it is now; null when it was given up
 */
export async function changeUpload(
  deps: Pick<Deps, 'transact'>,
  key: RowKey<UploadRow>,
  change: (row: UploadRow, tx: DeviceTx) => UploadRow | null,
): Promise<UploadRow | null> {
  return deps.transact(async (tx) => {
    const row = await tx.get(key);
    if (row === null) return null;
    const changed = change(row, tx);
    if (changed === null) return row;
    if (changed.isTaken) await showInMessage(tx, key, changed);
    // A message has it, and the server all of it: nothing is left to do.
    if (changed.isTaken && changed.state === 'done') tx.delete(key);
    else tx.put(key, changed);
    return changed;
  });
}

async function showInMessage(tx: DeviceTx, key: RowKey<UploadRow>, upload: UploadRow): Promise<void> {
  const waiting = await findWaiting(tx, key);
  if (waiting === null) return;
  const { attachmentId } = uploadOf(key);
  const isDone = upload.state === 'done';
  const { waitsFor = [], shown, ...row } = waiting.value;
  const left = isDone ? waitsFor.filter((id) => id !== attachmentId) : waitsFor;
  const attachments =
    shown?.kind === 'post' &&
    shown.attachments.map((one) =>
      one.attachmentId === attachmentId ? { ...one, upload: isDone ? null : uploadStateOf(upload) } : one,
    );
  tx.put(waiting.key, {
    ...row,
    ...(shown && { shown: attachments && shown.kind === 'post' ? { ...shown, attachments } : shown }),
    ...(left.length > 0 && { waitsFor: left }),
    ...(upload.state === 'failed' && { failure: upload.failure }),
  });
}

/** One more part is on the server. */
export function withStored(row: UploadRow, part: number): UploadRow {
  const storedParts = row.storedParts.includes(part) ? row.storedParts : [...row.storedParts, part];
  return { ...row, storedParts, state: storedParts.length === partsOf(row) ? 'done' : row.state };
}

/** Forgets an upload and the ciphertext that is kept of it. */
export async function forgetUpload(deps: Pick<Deps, 'transact'>, key: RowKey<UploadRow>): Promise<void> {
  await deps.transact(async (tx) => {
    const row = await tx.get(key);
    if (row === null) return;
    tx.delete(key);
    if (row.keepsParts)
      for (let i = 0; i < partsOf(row); i++) tx.delete(ROWS.uploadPart(row.attachment.attachmentId, i));
  });
}
