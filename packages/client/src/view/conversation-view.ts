import type { ConversationId, RegisterEntry, UserId } from '@seal-chat/protocol';
import { verificationOf, type Verification } from '../peers/verified-key.ts';
import type { FoundRow, RowReader } from '../store/device-tx.ts';
import { ROWS, type ConversationRow } from '../store/rows.ts';
import type { LiveState } from '../sync/live-state.ts';
import type { ConversationMember, ConversationSummary } from '../model/conversation.ts';
import type { Message } from '../model/message.ts';
import type { PrivacySettings } from '../model/account.ts';
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
  /** Members whose key, or an earlier one, was compared. */
  readonly verifications: ReadonlyMap<UserId, Verification>;
}

const NEVER_SEEN: Presence = { state: 'offline', lastSeenAt: null };

/**
 * Reads what a summary is made of; null when this device does not know the conversation.
 *
 * @param marks the keys that were compared with people
 */
export async function readConversation(
  reader: RowReader,
  conversationId: ConversationId,
  self: Self,
  marks: readonly FoundRow<RegisterEntry>[],
): Promise<ConversationParts | null> {
  const row = await reader.get(ROWS.conversation(conversationId));
  if (row === null) return null;
  const untrusted = new Set<string>();
  const verifications = new Map<UserId, Verification>();
  for (const { userId } of row.members) {
    const peer = await reader.get(ROWS.peer(userId));
    const mark = marks.find(({ value }) => value.subject === userId && value.value.length > 0);
    if (mark !== undefined) verifications.set(userId, verificationOf(peer, mark.value.value));
    if (peer?.changedKey || verifications.get(userId) === 'changed') untrusted.add(userId);
  }
  const draft = (await reader.get(ROWS.draft(conversationId)))?.text ?? '';
  const lastMessage = await readLast(reader, conversationId, row, self);
  return { conversationId, row, lastMessage, draft, untrusted, verifications };
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

/** What the person of this account thinks of others, besides what is in the rows of conversations. */
export interface Attitude {
  readonly privacy: PrivacySettings;
  readonly blocked: readonly UserId[];
}

/** A stranger has written, and is not blocked. */
function isRequest(row: ConversationRow, lastMessage: Message | null): boolean {
  return row.kind === 'dm' && row.isAccepted !== true && row.isBlocked !== true && lastMessage !== null;
}

/** Whether a conversation has a place in a list: a DM that nothing was said in only where the person opened it. */
export function isListed({ row, lastMessage, draft }: ConversationParts): boolean {
  if (lastMessage !== null || draft !== '' || row.isOpened) return true;
  if (row.kind === 'self' || row.deletedSeq !== undefined) return false;
  return row.kind === 'channel' || row.isAccepted === true;
}

export function summarize(
  { conversationId, row, lastMessage, draft, untrusted, verifications }: ConversationParts,
  live: LiveState,
  self: Self,
  { privacy, blocked }: Attitude,
): ConversationSummary {
  const isQuiet = row.isBlocked === true || isRequest(row, lastMessage);
  const typing = isQuiet || !privacy.typing ? [] : (live.typing[conversationId] ?? []);
  const members = row.members.map(({ userId, username, role = 'member' }): ConversationMember => ({
    userId,
    username,
    isSelf: userId === self.userId,
    presence: (isQuiet || !privacy.presence ? null : live.presence[userId]) ?? NEVER_SEEN,
    isTyping: typing.includes(userId),
    isIdentityTrusted: !untrusted.has(userId),
    verification: verifications.get(userId) ?? 'none',
    isBlocked: blocked.includes(userId),
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
    isPinned: row.isPinned ?? false,
    isArchived: row.isArchived ?? false,
    isRequest: isRequest(row, lastMessage),
    isBlocked: row.isBlocked ?? false,
    timerSeconds: row.ownTimer ?? row.timer?.seconds ?? 0,
    draft,
  };
}
