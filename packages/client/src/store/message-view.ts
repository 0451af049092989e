import type { Attachment } from '@seal-chat/protocol/content';
import type { ConversationId } from '@seal-chat/protocol';
import type { MessageAttachment } from '../model/attachments.ts';
import type { DeliveryStatus, Message } from '../model/message.ts';
import { isHeldOff } from './privacy.ts';
import type { ConversationRow, MessageRow, OutboxRow } from './rows.ts';
import { unusualLifetime } from './timer.ts';
import type { Self } from './self.ts';

/** A message with a place, as people see it. */
export function viewMessage(
  input: { readonly conversationId: ConversationId; readonly seq: number; readonly row: MessageRow },
  conversation: ConversationRow | null,
  self: Self,
): Message {
  const { conversationId, seq, row } = input;
  const { messageId, senderUserId, senderDeviceId, sentAt, acceptedAt, content } = row;
  const isOwn = senderUserId === self.userId;
  return {
    messageId,
    conversationId,
    seq,
    senderUserId,
    senderDeviceId,
    isOwn,
    sentAt,
    acceptedAt,
    content: conversation !== null && isHeldOff(conversation) ? withoutPictures(content) : content,
    status: isOwn ? statusOf(seq, conversation, self) : null,
    failure: null,
    editedAt: row.editedAt ?? null,
    reactions: row.reactions ?? [],
    expiresAt: row.expiresAt ?? null,
    unusualLifetime: unusualLifetime(conversation, seq, row),
    mentionsSelf: row.mentionsSelf ?? false,
    isShared: row.isShared ?? false,
  };
}

/** What is shown of a stranger's message: nothing is unpacked, drawn or played of it. */
function withoutPictures(content: MessageRow['content']): MessageRow['content'] {
  if (content.kind !== 'post') return content;
  return {
    ...content,
    attachments: content.attachments.map((attachment) => ({ ...attachment, preview: null, thumbnail: null })),
  };
}

/** The least any other member has done with it. */
function statusOf(seq: number, conversation: ConversationRow | null, self: Self): DeliveryStatus {
  const others = conversation?.members.filter(({ userId }) => userId !== self.userId) ?? [];
  if (others.length === 0) return 'sent';
  if (others.every(({ readSeq }) => readSeq >= seq)) return 'read';
  return others.every(({ deliveredSeq }) => deliveredSeq >= seq) ? 'delivered' : 'sent';
}

/** A message in the outbox; null for bodies that are not shown. */
export function viewOutbox(conversationId: ConversationId, row: OutboxRow, self: Self): Message | null {
  const { messageId, sentAt, failure } = row;
  const content = row.shown ?? (row.content.kind === 'text' ? row.content : null);
  if (content === null) return null;
  return {
    messageId,
    conversationId,
    seq: null,
    senderUserId: self.userId,
    senderDeviceId: self.deviceId,
    isOwn: true,
    sentAt,
    acceptedAt: null,
    content,
    status: failure === null ? 'sending' : 'failed',
    failure: failure && { code: failure },
    editedAt: null,
    reactions: [],
    expiresAt: null,
    unusualLifetime: null,
    mentionsSelf: false,
    isShared: false,
  };
}

/** What people see of an attachment: everything but its key. */
export function viewAttachment(attachment: Attachment): MessageAttachment {
  const { fileKey: _, commitment: __, ...shown } = attachment;
  return { ...shown, upload: null };
}
