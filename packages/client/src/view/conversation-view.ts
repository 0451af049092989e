import { timerOf } from '../store/timer.ts';
import type { ConversationId } from '@seal-chat/protocol';
import type { RowReader } from '../store/device-tx.ts';
import { ROWS, type ConversationRow } from '../store/rows.ts';
import type { LiveState } from '../sync/live-state.ts';
import type { ConversationMember, ConversationSummary } from '../model/conversation.ts';
import type { Message } from '../model/message.ts';
import type { Presence } from '../model/connection.ts';
import { viewMessage, viewOutbox } from '../store/message-view.ts';
import type { Self } from '../store/self.ts';

/** What the store says of a conversation; together with the live state it makes a summary. */
export interface ConversationParts {
  readonly conversationId: ConversationId;
  readonly row: ConversationRow;
  readonly lastMessage: Message | null;
  readonly draft: string;
  /** Members whose account key is not the one first seen. */
  readonly untrusted: ReadonlySet<string>;
}

const NEVER_SEEN: Presence = { state: 'offline', lastSeenAt: null };

/** Reads what a summary is made of; null when this device does not know the conversation. */
export async function readConversation(
  reader: RowReader,
  conversationId: ConversationId,
  self: Self,
): Promise<ConversationParts | null> {
  const row = await reader.get(ROWS.conversation(conversationId));
  if (row === null) return null;
  const untrusted = new Set<string>();
  for (const { userId } of row.members) {
    if ((await reader.get(ROWS.peer(userId)))?.changedKey) untrusted.add(userId);
  }
  const draft = (await reader.get(ROWS.draft(conversationId)))?.text ?? '';
  return { conversationId, row, lastMessage: await readLast(reader, conversationId, row, self), draft, untrusted };
}

async function readLast(
  reader: RowReader,
  conversationId: ConversationId,
  row: ConversationRow,
  self: Self,
): Promise<Message | null> {
  const queued = await reader.list(ROWS.outboxOf(conversationId), { order: 'descending' });
  for (const { value } of queued) {
    const message = viewOutbox(conversationId, value, self);
    if (message !== null) return message;
  }
  const [last] = await reader.list(ROWS.messagesOf(conversationId), { order: 'descending', limit: 1 });
  const seq = last === undefined ? null : Number(last.key.split('/')[2]);
  return last === undefined || seq === null ? null : viewMessage({ conversationId, seq, row: last.value }, row, self);
}

export function summarize(
  { conversationId, row, lastMessage, draft, untrusted }: ConversationParts,
  live: LiveState,
  self: Self,
): ConversationSummary {
  const typing = live.typing[conversationId] ?? [];
  const members = row.members.map(({ userId, username, role = 'member' }): ConversationMember => ({
    userId,
    username,
    isSelf: userId === self.userId,
    presence: live.presence[userId] ?? NEVER_SEEN,
    isTyping: typing.includes(userId),
    isIdentityTrusted: !untrusted.has(userId),
    role,
  }));
  const { channel } = row;
  const unsentAt = lastMessage?.seq === null ? lastMessage.sentAt : 0;
  return {
    conversationId,
    kind: row.kind,
    members,
    peer: row.kind === 'dm' ? (members.find(({ isSelf }) => !isSelf) ?? null) : null,
    lastMessage,
    lastActivityAt: Math.max(row.lastActivityAt, unsentAt),
    unreadCount: row.unreadCount,
    mentionCount: row.mentionCount ?? 0,
    readSeq: row.readSeq,
    name: channel?.name ?? null,
    description: channel?.description ?? '',
    channel: channel
      ? {
          visibility: channel.visibility,
          ownRole: members.find(({ isSelf }) => isSelf)?.role ?? 'member',
          memberCount: members.length,
          state: channel.state,
          sharesHistory: channel.sharesHistory,
        }
      : null,
    isMuted: row.isMuted ?? false,
    timerSeconds: timerOf(row),
    draft,
  };
}
