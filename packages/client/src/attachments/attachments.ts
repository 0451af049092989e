import type { AttachmentId, ConversationId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type {
  AttachOptions,
  OpenAttachmentOptions,
  OpenedAttachment,
  PendingAttachment,
} from '../model/attachments.ts';
import type { Atom } from '../state/atom.ts';
import type { Committed } from '../store/device-tx.ts';
import { attachFile } from './attach.ts';
import { openFile } from './download.ts';
import { createUploadLimits } from './limits.ts';
import { createPendingViews } from './pending.ts';
import { resumeUploads } from './resume-uploads.ts';
import { createUploads, type Uploads } from './uploads.ts';

/** What attachments are handed. */
export interface AttachmentDeps extends Deps {
  /** Each is called after every commit of any tab. */
  readonly watchers: Set<(change: Committed) => void>;
}

/** The files of one device. */
export interface Attachments {
  readonly uploads: Uploads;
  /** See `resumeUploads`. */
  resume(isOnlineAgain: boolean): Promise<void>;
  /** See `Conversation.attach`. */
  attach(
    conversationId: ConversationId,
    file: Blob & { readonly name?: string },
    options?: AttachOptions,
  ): Promise<PendingAttachment>;
  /** See `Conversation.openAttachment`. */
  open(
    conversationId: ConversationId,
    seq: number,
    attachmentId: AttachmentId,
    options?: OpenAttachmentOptions,
  ): Promise<OpenedAttachment>;
  /** Keeps `list` at what is attached to the conversation and not sent yet. */
  watchPending(conversationId: ConversationId, list: Atom<readonly PendingAttachment[]>): Promise<void>;
}

export function createAttachments(deps: AttachmentDeps): Attachments {
  const uploads = createUploads(deps);
  const pending = createPendingViews(deps, uploads);
  const limits = createUploadLimits(deps);
  return {
    uploads,
    resume: (isOnlineAgain) => resumeUploads(deps, uploads, isOnlineAgain),
    attach: (conversationId, file, options = {}) =>
      attachFile({ ...deps, uploads, pending, limits }, conversationId, file, options),
    open: (conversationId, seq, attachmentId, options = {}) =>
      openFile(deps, conversationId, seq, attachmentId, options),
    watchPending: pending.watch,
  };
}
