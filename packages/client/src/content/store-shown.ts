import type { UserId } from '@seal-chat/protocol';
import type { InvitationContent, PostContent } from '@seal-chat/protocol/content';
import { LAST_TIME } from '../api/answers.ts';
import { isSeen } from '../store/is-seen.ts';
import { viewAttachment } from '../store/message-view.ts';
import { ROWS, type MessageRow, type ShownContent } from '../store/rows.ts';
import { READING_MS } from '../conversations/read-position.ts';
import { putMessage, type Applying } from './applying.ts';
import { isErased } from './dropped.ts';
import type { PlacedMessage } from './incoming.ts';
import { namesOther, validMentions } from './mentions.ts';
import { quote } from './replies.ts';

/** What takes a place in the list. */
export type Shown =
  | PostContent
  | InvitationContent
  | Extract<ShownContent, { readonly kind: 'text' | 'event' | 'unsupported' }>;

/**
 * Stores a message that people see. Of one whose time was over before it came, by both clocks, it shows that it was
 * there.
 *
 * @returns whether it is shown
 */
export async function storeShown(
  applying: Applying,
  message: PlacedMessage,
  input: {
    readonly content: Shown;
    readonly sentAt: number;
    readonly existing: MessageRow | null;
    readonly isShared: boolean;
  },
): Promise<boolean> {
  const { tx, conversationId, ownUserId, ownDeviceId, clock } = applying;
  const { seq, messageId, senderUserId, senderDeviceId, acceptedAt } = message;
  const { content, existing, isShared } = input;
  const sentAt = Math.min(input.sentAt, LAST_TIME);
  const lifetimeSeconds = content.kind === 'post' ? content.lifetimeSeconds : null;
  const left = lifetimeSeconds === null ? null : lifetimeSeconds * 1000 - clock.ageOf({ acceptedAt, sentAt });
  const isOver = left !== null && left <= 0;
  // From here on this device's clock alone counts: no server shortens it, and there is time to read.
  const expiresAt = left === null ? null : clock.local() + Math.max(left, READING_MS);
  if ((isOver && senderDeviceId === ownDeviceId) || (await isErased(tx, message))) return false;

  const row: MessageRow = {
    messageId,
    senderUserId,
    senderDeviceId,
    sentAt,
    acceptedAt,
    content: isOver ? { kind: 'deleted', isConfirmed: true } : await shownContent(applying, content, seq),
    ...(expiresAt !== null && !isOver && { expiresAt }),
    ...(lifetimeSeconds !== null && { lifetimeSeconds }),
    ...(isShared && { isShared }),
    ...(content.kind === 'post' && !isOver && extrasOf(content, ownUserId, senderUserId)),
  };
  if (expiresAt !== null && !isOver) tx.put(ROWS.expiry(expiresAt, conversationId, seq), expiresAt);
  if (existing !== null) tx.delete(ROWS.undecryptable(conversationId, seq));
  if (content.kind !== 'unsupported') tx.delete(ROWS.unsupported(conversationId, seq));
  putMessage(applying, seq, existing, row);
  // What this device sends was here before it had its place.
  const isNews = existing === null && senderDeviceId !== ownDeviceId && !isShared;
  tx.announce({ type: isNews ? 'arrived' : 'changed', conversationId, seq });
  return true;
}

async function shownContent(applying: Applying, content: Shown, seq: number): Promise<ShownContent> {
  const { tx, conversationId } = applying;
  switch (content.kind) {
    case 'post': {
      const { text, replyTo } = content;
      const isReply = replyTo !== null && replyTo.seq < seq;
      if (isReply) tx.put(ROWS.reply(conversationId, replyTo.seq, seq), seq);
      return {
        kind: 'post',
        text,
        replyTo: isReply ? await quote(tx, conversationId, replyTo) : null,
        mentions: validMentions(text, content.mentions),
        attachments: content.attachments.map(viewAttachment),
      };
    }
    case 'invitation': {
      const { channelId, description } = content;
      // Who invites wrote it: nothing in it may be unseen.
      const name = isSeen(content.name) ? content.name : '';
      tx.put(ROWS.invitation(channelId, conversationId, seq), { conversationId, seq });
      const state = (await tx.get(ROWS.conversation(channelId)))?.channel?.state;
      const isAccepted = state === 'joining' || state === 'joined';
      return { kind: 'invitation', channelId, name, description, state: isAccepted ? 'accepted' : 'open' };
    }
    default:
      return content;
  }
}

function extrasOf(
  { attachments, mentions, text }: PostContent,
  ownUserId: UserId,
  senderUserId: UserId,
): Partial<MessageRow> {
  const fileKeys = attachments.map(({ attachmentId, fileKey, commitment }) => ({ attachmentId, fileKey, commitment }));
  const mentionsSelf = namesOther(validMentions(text, mentions), ownUserId, senderUserId);
  return { ...(fileKeys.length > 0 && { fileKeys }), ...(mentionsSelf && { mentionsSelf }) };
}
