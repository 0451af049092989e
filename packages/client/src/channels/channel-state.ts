import type { ConversationId, MessageId } from '@seal-chat/protocol';
import { withMessage } from '../conversations/progress.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import type { ConversationEvent } from '../model/message.ts';
import { CHANNEL_ROWS, type ChannelRow } from '../store/channel-rows.ts';
import type { LogEntry } from './log-entry.ts';

/** Stores how far a channel is, and what of that people see. */
export async function putChannel(tx: DeviceTx, conversationId: ConversationId, row: ChannelRow): Promise<void> {
  tx.put(CHANNEL_ROWS.channel(conversationId), row);
  const key = ROWS.conversation(conversationId);
  const conversation = await tx.get(key);
  const state = row.status === 'creating' ? 'joining' : row.status;
  if (conversation?.channel === undefined || conversation.channel.state === state) return;
  tx.put(key, { ...conversation, channel: { ...conversation.channel, state } });
}

/** Forgets the keys of a group. What was read with them stays. */
export async function wipeGroup(tx: DeviceTx, conversationId: ConversationId): Promise<void> {
  tx.delete(CHANNEL_ROWS.group(conversationId));
  tx.delete(CHANNEL_ROWS.ratchets(conversationId));
  for (const { key } of await tx.list(CHANNEL_ROWS.heardIn(conversationId))) tx.delete(key);
}

/** The account is no longer a member: nothing new can be read, what is here stays. */
export async function leaveChannel(tx: DeviceTx, conversationId: ConversationId): Promise<void> {
  const row = await tx.get(CHANNEL_ROWS.channel(conversationId));
  if (row === null || row.status === 'left') return;
  await wipeGroup(tx, conversationId);
  tx.delete(CHANNEL_ROWS.pending(conversationId));
  for (const { key } of await tx.list(CHANNEL_ROWS.welcomesOf(conversationId))) tx.delete(key);
  for (const { key } of await tx.list(CHANNEL_ROWS.contentKeysOf(conversationId))) tx.delete(key);
  tx.delete(CHANNEL_ROWS.profileKey(conversationId));
  await putChannel(tx, conversationId, {
    ...row,
    status: 'left',
    processedSeq: null,
    unlisted: [],
    awaitingSharedHistory: [],
  });
}

/** Stores an entry of the log that no one wrote: shown in its place when there is something to show. */
export async function putEvent(
  tx: DeviceTx,
  conversationId: ConversationId,
  entry: LogEntry,
  shown: { readonly event: ConversationEvent; readonly messageId: MessageId } | null,
): Promise<void> {
  const { seq, senderUserId, senderDeviceId, acceptedAt } = entry;
  if (shown !== null) {
    tx.put(ROWS.message(conversationId, seq), {
      messageId: shown.messageId,
      senderUserId,
      senderDeviceId,
      sentAt: acceptedAt,
      acceptedAt,
      content: { kind: 'event', event: shown.event },
    });
    tx.announce({ type: 'changed', conversationId, seq });
  }
  const key = ROWS.conversation(conversationId);
  const conversation = await tx.get(key);
  if (conversation !== null) tx.put(key, withMessage(conversation, { seq, acceptedAt, isShown: shown !== null }));
}
