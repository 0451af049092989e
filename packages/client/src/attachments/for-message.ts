import { SealError, type AttachmentId, type ConversationId } from '@seal-chat/protocol';
import type { Attachment } from '@seal-chat/protocol/content';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import type { UploadState } from '../model/attachments.ts';
import { uploadStateOf } from './upload-state.ts';

/** A file that a message takes along. */
export interface FileForMessage {
  readonly attachment: Attachment;
  /** How far its upload is; null when it is done. */
  readonly upload: UploadState | null;
}

/**
 * Hands files that were attached to a message that is being queued, in the order of `ids`: they are pending no longer.
 * One whose upload goes on is taken out of the queued message's `waitsFor` when that is done (`progress.ts`).
 *
 * @throws SealError NOT_FOUND when one is not attached to the conversation
 */
export async function takeForMessage(
  tx: DeviceTx,
  conversationId: ConversationId,
  ids: readonly AttachmentId[],
): Promise<readonly FileForMessage[]> {
  const files: FileForMessage[] = [];
  for (const id of ids) {
    const key = ROWS.upload(conversationId, id);
    const row = await tx.get(key);
    if (row === null || row.isTaken) throw new SealError('NOT_FOUND', 'attachment: not found');
    const isDone = row.state === 'done';
    if (isDone) tx.delete(key);
    // Who sends it wants it to arrive.
    else tx.put(key, { ...row, isTaken: true, state: 'active', failure: null });
    files.push({ attachment: row.attachment, upload: isDone ? null : uploadStateOf({ ...row, state: 'active' }) });
  }
  return files;
}
