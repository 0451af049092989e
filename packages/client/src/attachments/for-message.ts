import { SealError, type AttachmentId, type ConversationId } from '@seal-chat/protocol';
import type { Attachment } from '@seal-chat/protocol/content';
import type { DeviceTx } from '../store/device-tx.ts';
import type { UploadState } from '../types.ts';

/** A file that a message takes along. */
export interface FileForMessage {
  readonly attachment: Attachment;
  /** How far its upload is; null when it is done. */
  readonly upload: UploadState | null;
}

/**
 * Hands files that were attached to a message that is being queued, in the order of `ids`: they are pending no longer.
 * One whose upload goes on must be taken out of the queued message's `waitsFor` when that is done.
 *
 * @throws SealError NOT_FOUND when one is not attached to the conversation
 */
export async function takeForMessage(
  _tx: DeviceTx,
  _conversationId: ConversationId,
  _ids: readonly AttachmentId[],
): Promise<readonly FileForMessage[]> {
  throw new SealError('NOT_FOUND', 'attachments: none of that id');
}
