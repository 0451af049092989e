import type { ConversationId, RegisterEntry, UserId } from '@seal-chat/protocol';
import { verificationOf, type Verification } from '../peers/verified-key.ts';
import { timerOf } from '../store/timer.ts';
import type { FoundRow, RowReader } from '../store/device-tx.ts';
import { ROWS, placeOf, type ConversationRow } from '../store/rows.ts';
import type { LiveState } from '../sync/live-state.ts';
import type { ConversationMember, ConversationSummary } from '../model/conversation.ts';
import type { Message } from '../model/message.ts';
import type { PrivacySettings } from '../model/account.ts';
import type { Presence } from '../model/connection.ts';
import { viewMessage, viewOutbox } from '../store/message-view.ts';
import { conversationsWithQueue, queuedIn } from '../store/queued-rows.ts';
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
 * Reads what summaries are made of; conversations that this device does not know are left out.
 *
 * @param marks the keys that were compared with people
 */
export async function readConversations(
  reader: RowReader,
  ids: readonly ConversationId[],
  self: Self,
  marks: readonly FoundRow<RegisterEntry>[],
): Promise<ReadonlyMap<ConversationId, ConversationParts>> {
  const rows = await reader.getMany(ids.map((id) => ROWS.conversation(id)));
  const known = ids.flatMap((conversationId, i) => {
    const row = rows[i];
    return row ? [{ conversationId, row }] : [];
  });
  const drafts = await reader.getMany(known.map(({ conversationId }) => ROWS.draft(conversationId)));
  const people = [...new Set(known.flatMap(({ row }) => row.members.map(({ userId }) => userId)))];
  const trust = await readTrust(reader, people, marks);
  const last = await readLast(reader, known, self);
  return new Map(
    known.map(({ conversationId, row }, i) => [
      conversationId,
      {
        conversationId,
        row,
        lastMessage: last.get(conversationId) ?? null,
        draft: drafts[i]?.text ?? '',
        untrusted: new Set(row.members.map(({ userId }) => userId).filter((userId) => trust.untrusted.has(userId))),
        verifications: trust.verifications,
      },
    ]),
  );
}

/** Which of these people have keys that nobody has accepted, and what became of those who were verified. */
async function readTrust(
  reader: RowReader,
  people: readonly UserId[],
  marks: readonly FoundRow<RegisterEntry>[],
): Promise<{ readonly untrusted: ReadonlySet<string>; readonly verifications: ReadonlyMap<UserId, Verification> }> {
  const peers = await reader.getMany(people.map((userId) => ROWS.peer(userId)));
  const untrusted = new Set<string>();
  const verifications = new Map<UserId, Verification>();
  for (const [i, userId] of people.entries()) {
    const peer = peers[i] ?? null;
    const mark = marks.find(({ value }) => value.subject === userId && value.value.length > 0);
    if (mark !== undefined) verifications.set(userId, verificationOf(peer, mark.value.value));
    if (peer?.changedKey || verifications.get(userId) === 'changed') untrusted.add(userId);
  }
  return { untrusted, verifications };
}

type Known = Pick<ConversationParts, 'conversationId' | 'row'>;

/** The newest message of each conversation: the one written last that waits in the outbox, else the one placed last. */
async function readLast(
  reader: RowReader,
  known: readonly Known[],
  self: Self,
): Promise<ReadonlyMap<ConversationId, Message>> {
  const found = new Map<ConversationId, Message>();
  const withQueue = new Set(known.length === 1 ? [known[0]!.conversationId] : await conversationsWithQueue(reader));
  for (const { conversationId } of known) {
    if (!withQueue.has(conversationId)) continue;
    for await (const { value } of queuedIn(reader, conversationId, { order: 'descending' })) {
      const message = viewOutbox(conversationId, value, self);
      if (message === null) continue;
      found.set(conversationId, message);
      break;
    }
  }
  const left = known.filter(({ conversationId }) => !found.has(conversationId));
  const placed = await reader.getMany(
    left.map(({ conversationId, row }) => ROWS.message(conversationId, row.lastShownSeq ?? 0)),
  );
  for (let i = 0; i < left.length; i++) {
    const { conversationId, row } = left[i]!;
    let message = placed[i];
    let seq = row.lastShownSeq ?? 0;
    if (row.kind === 'channel') {
      // In a channel, what could not be opened may have come since.
      const [newest] = await reader.list(ROWS.messagesOf(conversationId), { order: 'descending', limit: 1 });
      if (newest !== undefined) ({ seq } = placeOf(newest.key));
      message = newest?.value ?? null;
    }
    if (message) found.set(conversationId, viewMessage({ conversationId, seq, row: message }, row, self));
  }
  return found;
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
    timerSeconds: timerOf(row),
    draft,
  };
}
