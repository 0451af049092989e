import type { AttachmentId, ConversationId } from '@seal-chat/protocol';
import type {
  AttachOptions,
  OpenAttachmentOptions,
  OpenedAttachment,
  PendingAttachment,
} from '../model/attachments.ts';
import type { AttachmentDeps } from './attachment-deps.ts';
import { attachFile } from './attach.ts';
import { openFile } from './download.ts';

/** What people do with files: loaded when it is first asked for. See `Conversation`. */
export { followPending as watchPending } from './pending.ts';

export const attach = (
  device: AttachmentDeps,
  id: ConversationId,
  file: Blob & { readonly name?: string },
  options: AttachOptions = {},
): Promise<PendingAttachment> => attachFile(device, id, file, options);

export const openAttachment = (
  device: AttachmentDeps,
  id: ConversationId,
  seq: number,
  attachmentId: AttachmentId,
  options: OpenAttachmentOptions = {},
): Promise<OpenedAttachment> => openFile(device, id, seq, attachmentId, options);
