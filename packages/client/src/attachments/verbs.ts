import { SealError, type AttachmentId, type ConversationId } from '@seal-chat/protocol';
import type { AttachOptions, OpenAttachmentOptions, OpenedAttachment, PendingAttachment } from '../client-types.ts';
import type { Device } from '../device.ts';
import type { Atom } from '../state/atom.ts';

/** What people do with files: loaded when it is first asked for. See `Conversation`. */

export async function attach(
  _device: Device,
  _id: ConversationId,
  _file: Blob & { readonly name?: string },
  _options?: AttachOptions,
): Promise<PendingAttachment> {
  throw new SealError('UNAVAILABLE');
}

export async function openAttachment(
  _device: Device,
  _id: ConversationId,
  _seq: number,
  _attachmentId: AttachmentId,
  _options?: OpenAttachmentOptions,
): Promise<OpenedAttachment> {
  throw new SealError('UNAVAILABLE');
}

/** Keeps `pending` at what is attached to the conversation and not sent yet. */
export async function watchPending(
  _device: Device,
  _id: ConversationId,
  _pending: Atom<readonly PendingAttachment[]>,
): Promise<void> {}
