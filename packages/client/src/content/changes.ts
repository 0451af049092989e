import type { UserId } from '@seal-chat/protocol';
import { isAccountedFor } from '../conversations/sequence.ts';
import { ROWS, type ConversationRow, type MessageRow, type WaitingChangeRow } from '../store/rows.ts';
import { eraseTraces, putMessage, type Applying } from './applying.ts';
import { namesOther, validMentions } from './mentions.ts';
import { isEmoji, withReaction } from './reactions.ts';
import { requote } from './requote.ts';
import { NO_CHANGES, acceptedState, withText, withUnsent } from './unsent.ts';

/** A change of an earlier message: an edit, a reaction, or that it is taken back. */
export type Change = WaitingChangeRow;

/**
 * Applies a change to the message it names by place and id. One whose message is not here, or not open, waits for it;
 * one that its sender may not make, or that no longer changes anything, is dropped.
 */
export async function applyChange(applying: Applying, change: Change): Promise<void> {
  const { tx, conversationId, row } = applying;
  const { content, seq, senderUserId } = change;
  const { seq: target, messageId } = content.target;
  if (target >= seq) return;
  const message = await tx.get(ROWS.message(conversationId, target));
  if (message === null) {
    if (!isAccountedFor(row, target)) wait(applying, change);
    return;
  }
  if (message.messageId !== messageId) return;
  if (content.kind === 'delete') {
    const { kind } = message.content;
    if (kind !== 'event' && mayTakeBack(row, message, senderUserId)) await takeBack(applying, target, message, true);
    return;
  }
  const { kind } = message.content;
  if (kind === 'undecryptable' || kind === 'unsupported') return wait(applying, change);
  if (kind === 'deleted' || kind === 'event') return;
  const accepted = acceptedState(message);
  const next = content.kind === 'edit' ? edited(applying, accepted, change) : reacted(accepted, change);
  if (next === null) return;
  putMessage(applying, target, message, await withUnsent(applying, target, next));
  tx.announce({ type: 'changed', conversationId, seq: target });
  if (content.kind === 'edit') await requote(tx, conversationId, target);
}

/** The message at `seq` can be changed now: what came before it does so, in its order. */
export async function applyWaiting(applying: Applying, seq: number): Promise<void> {
  const { tx, conversationId } = applying;
  for (const { key, value } of await tx.list(ROWS.waitingChangesOf(conversationId, seq))) {
    tx.delete(key);
    await applyChange(applying, value);
  }
}

function wait({ tx, conversationId }: Applying, change: Change): void {
  tx.put(ROWS.waitingChange(conversationId, change.content.target.seq, change.seq), change);
}

/** Members may delete their own messages; owners and admins of a channel every message there. */
export function mayDelete(row: ConversationRow, message: MessageRow, userId: UserId): boolean {
  if (message.content.kind === 'event' || message.content.kind === 'deleted') return false;
  return mayTakeBack(row, message, userId);
}

function mayTakeBack(row: ConversationRow, message: MessageRow, userId: UserId): boolean {
  return message.senderUserId === userId || (row.kind === 'channel' && isModerator(row, userId));
}

/** By the roles this device knows. */
export function isModerator({ members }: ConversationRow, userId: UserId): boolean {
  const role = members.find((member) => member.userId === userId)?.role;
  return role === 'owner' || role === 'admin';
}

/**
 * Nothing is left of a message but its place.
 *
 * @param isConfirmed whether a member has said so, and not the server alone
 */
export async function takeBack(
  applying: Applying,
  seq: number,
  message: MessageRow,
  isConfirmed: boolean,
): Promise<void> {
  if (message.content.kind === 'deleted' && (message.content.isConfirmed || !isConfirmed)) return;
  const { tx, conversationId } = applying;
  const { messageId, senderUserId, senderDeviceId, sentAt, acceptedAt, expiresAt, isShared } = message;
  await eraseTraces(applying, seq, message);
  // The place goes when the message would have gone.
  if (expiresAt !== undefined) tx.put(ROWS.expiry(expiresAt, conversationId, seq), expiresAt);
  putMessage(applying, seq, message, {
    messageId,
    senderUserId,
    senderDeviceId,
    sentAt,
    acceptedAt,
    content: { kind: 'deleted', isConfirmed },
    ...(expiresAt !== undefined && { expiresAt }),
    ...(isShared !== undefined && { isShared }),
  });
  tx.announce({ type: 'changed', conversationId, seq });
  await requote(tx, conversationId, seq);
}

function edited({ ownUserId }: Applying, message: MessageRow, change: Change): MessageRow | null {
  const { content, seq, senderUserId, acceptedAt } = change;
  const { changes = NO_CHANGES } = message;
  if (content.kind !== 'edit' || senderUserId !== message.senderUserId || seq <= changes.editSeq) return null;
  if (message.content.kind !== 'text' && message.content.kind !== 'post') return null;
  const hasFiles = message.content.kind === 'post' && message.content.attachments.length > 0;
  if (content.text.trim() === '' && !hasFiles) return null;
  const mentions = validMentions(content.text, content.mentions);
  const { mentionsSelf: _, ...rest } = message;
  return {
    ...rest,
    content: withText(message.content, content.text, mentions),
    editedAt: acceptedAt,
    changes: { ...changes, editSeq: seq },
    ...(namesOther(mentions, ownUserId, senderUserId) && { mentionsSelf: true }),
  };
}

function reacted(message: MessageRow, change: Change): MessageRow | null {
  const { content, seq, senderUserId } = change;
  if (content.kind !== 'reaction' || !isEmoji(content.emoji)) return null;
  const { changes = NO_CHANGES } = message;
  const { emoji, isOn } = content;
  const reactions = withReaction(changes.reactions, { userId: senderUserId, emoji, seq, isOn });
  return reactions === changes.reactions ? null : { ...message, changes: { ...changes, reactions } };
}
