import { SealError, type ConversationId } from '@seal-chat/protocol';
import { encodeContent, type Mention } from '@seal-chat/protocol/content';
import { inConversation, putMessage, type Applying } from '../content/applying.ts';
import { mayDelete, takeBack } from '../content/changes.ts';
import { checkMentions } from '../content/mentions.ts';
import { isEmoji } from '../content/reactions.ts';
import { requote } from '../content/requote.ts';
import { NO_CHANGES, acceptedState, unsentChanges, withUnsent } from '../content/unsent.ts';
import type { StoreDeps, ComposeDeps } from '../context/deps.ts';
import { checkText, enqueue } from '../outbox/queue.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type MessageRow } from '../store/rows.ts';

/** Changing messages that were sent: shown at once, queued for everyone else. */

/** See `Conversation.edit`. */
export async function edit(
  deps: ComposeDeps,
  conversationId: ConversationId,
  seq: number,
  text: string,
  mentions: readonly Mention[] = [],
): Promise<void> {
  checkMentions(text, mentions);
  await onMessage(deps, conversationId, seq, async (applying, message) => {
    const { tx, ownUserId, clock } = applying;
    const { content } = message;
    if (message.senderUserId !== ownUserId || (content.kind !== 'text' && content.kind !== 'post')) {
      throw new SealError('FORBIDDEN', 'edit: only your own text can be edited');
    }
    if (text !== '' || content.kind === 'text' || content.attachments.length === 0) checkText(text);
    for (const { key, row, content: unsent } of await unsentChanges(tx, conversationId, seq)) {
      // Not encrypted yet: the newer text takes its place.
      if (unsent.kind === 'edit' && row.wire === null) tx.delete(key);
    }
    const { messageId, expiresAt } = message;
    const change = encodeContent({ kind: 'edit', target: { seq, messageId }, text, mentions });
    // The server forgets what it says when it forgets the message itself.
    const lifetimeSeconds =
      expiresAt === undefined ? undefined : Math.max(1, Math.ceil((expiresAt - clock.local()) / 1000));
    await enqueue(deps, tx, conversationId, change, { ...(lifetimeSeconds !== undefined && { lifetimeSeconds }) });
    putMessage(applying, seq, message, await withUnsent(applying, seq, acceptedState(message)));
    await requote(tx, conversationId, seq);
  });
}

/** See `Conversation.react`. */
export async function react(
  deps: ComposeDeps,
  conversationId: ConversationId,
  seq: number,
  emoji: string,
  isOn: boolean,
): Promise<void> {
  if (!isEmoji(emoji)) throw new SealError('BAD_INPUT', 'reaction: must be one emoji');
  await onMessage(deps, conversationId, seq, async (applying, message) => {
    const { tx, ownUserId } = applying;
    const { kind } = message.content;
    if (kind !== 'text' && kind !== 'post' && kind !== 'invitation') throw new SealError('NOT_FOUND');
    let isOnAlready = (message.changes ?? NO_CHANGES).reactions.some(
      (reaction) => reaction.userId === ownUserId && reaction.emoji === emoji && reaction.isOn,
    );
    for (const { key, row, content } of await unsentChanges(tx, conversationId, seq)) {
      if (content.kind !== 'reaction' || content.emoji !== emoji) continue;
      // One that was not encrypted yet is as if it had not been.
      if (row.wire === null) tx.delete(key);
      else isOnAlready = content.isOn;
    }
    if (isOnAlready !== isOn) {
      const { messageId } = message;
      const change = encodeContent({ kind: 'reaction', target: { seq, messageId }, emoji, isOn });
      await enqueue(deps, tx, conversationId, change);
    }
    putMessage(applying, seq, message, await withUnsent(applying, seq, acceptedState(message)));
  });
}

/** See `Conversation.deleteForEveryone`. */
export async function deleteForEveryone(deps: ComposeDeps, conversationId: ConversationId, seq: number): Promise<void> {
  await onMessage(deps, conversationId, seq, async (applying, message) => {
    const { tx, ownUserId, now } = applying;
    const { messageId, content } = message;
    if (content.kind === 'deleted') return;
    if (!mayDelete(applying.row, message, ownUserId))
      throw new SealError('FORBIDDEN', 'delete: only your own messages can be deleted');
    for (const { key, row } of await unsentChanges(tx, conversationId, seq)) if (row.wire === null) tx.delete(key);
    await enqueue(deps, tx, conversationId, encodeContent({ kind: 'delete', target: { seq, messageId } }));
    tx.put(ROWS.removal(conversationId, seq), now);
    await takeBack(applying, seq, message, true);
  });
}

/** Runs `task` on the message at `seq`. @throws SealError NOT_FOUND, NOT_SIGNED_IN, and what `task` throws */
export async function onMessage(
  deps: StoreDeps,
  conversationId: ConversationId,
  seq: number,
  task: (applying: Applying, message: MessageRow) => Promise<void>,
): Promise<void> {
  await deps.transact(async (tx: DeviceTx) => {
    const message = await tx.get(ROWS.message(conversationId, seq));
    if (message === null) throw new SealError('NOT_FOUND', 'conversation: no such message');
    await inConversation(deps, tx, conversationId, (applying) => task(applying, message));
  });
}
