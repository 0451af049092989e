import type { ConversationId, UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { expectIds } from '../api/answers.ts';
import { activeAccount, type Deps } from '../deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import {
  ROWS,
  placeOf,
  type ChannelPart,
  type ConversationRow,
  type MemberRow,
  type MessageRow,
} from '../store/rows.ts';

export { withMessage } from './progress.ts';

/**
 * Stores what the server says of a conversation. Positions only ever grow, and the members of a DM stay those it was
 * first seen with: a server cannot put somebody else in the place of the other person.
 */
export async function storeConversation(tx: DeviceTx, answer: ConversationAnswer): Promise<void> {
  expectIds(answer.conversationId, ...answer.members.map(({ userId }) => userId));
  const key = ROWS.conversation(answer.conversationId);
  const row = await tx.get(key);
  const known = new Map(row?.members.map((member) => [member.userId, member]));
  const seen = answer.members.map(({ userId, username, role, deliveredSeq }): MemberRow => {
    const old = known.get(userId);
    return {
      userId,
      username,
      deliveredSeq: Math.max(deliveredSeq, old?.deliveredSeq ?? 0),
      readSeq: old?.readSeq ?? 0,
      ...(role !== 'member' && { role }),
    };
  });
  const members =
    row?.kind === 'dm' ? row.members.map((old) => seen.find((m) => m.userId === old.userId) ?? old) : seen;
  const next: ConversationRow = {
    ...row,
    kind: row?.kind ?? answer.kind,
    members,
    createdAt: answer.createdAt,
    lastSeq: Math.max(answer.lastSeq, row?.lastSeq ?? 0),
    firstSeq: row?.firstSeq ?? null,
    lastShownSeq: row?.lastShownSeq ?? null,
    lastActivityAt: row?.lastActivityAt ?? answer.createdAt,
    readSeq: row?.readSeq ?? 0,
    announcedReadSeq: row?.announcedReadSeq ?? 0,
    unreadCount: row?.unreadCount ?? 0,
  };
  const channel = answer.channel && channelPart(answer.channel, row?.channel);
  const stored = channel === undefined ? next : { ...next, channel };
  if (JSON.stringify(stored) !== JSON.stringify(row)) tx.put(key, stored);
}

/** The name of a public channel is the server's to tell; that of a private one stands in sealed bodies alone. */
function channelPart(
  { visibility, name, description }: NonNullable<ConversationAnswer['channel']>,
  row: ChannelPart | undefined,
): ChannelPart {
  const known: Omit<ChannelPart, 'visibility'> & Partial<ChannelPart> = row ?? {
    state: 'joining',
    sharesHistory: false,
    name: null,
    description: '',
    profileSeq: 0,
  };
  if (known.visibility === 'private' || visibility === 'private') return { ...known, visibility: 'private' };
  return { ...known, visibility, name, description: description ?? '' };
}

/** Fetches the conversations of `ids` that this device does not know. */
export async function learnConversations(
  deps: Pick<Deps, 'api' | 'reader' | 'transact'>,
  ids: Iterable<ConversationId>,
): Promise<void> {
  const { api, reader, transact } = deps;
  for (const conversationId of ids) {
    if ((await reader.get(ROWS.conversation(conversationId))) !== null) continue;
    const answer = await api.conversations.get.query({ conversationId });
    await transact((tx) => storeConversation(tx, answer));
  }
}

/** Fetches all conversations of the account. */
export async function refreshConversations(deps: Pick<Deps, 'api' | 'transact'>): Promise<void> {
  const { api, transact } = deps;
  let after: ConversationId | null = null;
  do {
    const page: readonly ConversationAnswer[] = await api.conversations.list.query({ after, limit: PAGE });
    await transact(async (tx) => {
      for (const answer of page) await storeConversation(tx, answer);
    });
    after = page.length === PAGE ? page.at(-1)!.conversationId : null;
  } while (after !== null);
}

const PAGE = 100;

/** Whether a message makes a person want to look: the texts of others do. */
export function isUnreadKind({ senderUserId, content, isShared }: MessageRow, ownUserId: UserId): boolean {
  return senderUserId !== ownUserId && (content.kind === 'text' || content.kind === 'post') && isShared !== true;
}

/** The account has read everything up to `seq`: moves the position and counts what is left. */
export async function moveReadPosition(
  tx: DeviceTx,
  move: {
    readonly conversationId: ConversationId;
    readonly seq: number;
    readonly ownUserId: UserId;
    /** Another own device has read, and has told everybody: this one need not. */
    readonly isAnnounced: boolean;
  },
): Promise<void> {
  const { conversationId, seq, ownUserId, isAnnounced } = move;
  const row = await tx.get(ROWS.conversation(conversationId));
  if (row === null || seq <= row.readSeq) return;
  const left = await tx.list(ROWS.messagesOf(conversationId), { after: ROWS.message(conversationId, seq) });
  const unread = left.filter(({ value }) => isUnreadKind(value, ownUserId));
  tx.put(ROWS.conversation(conversationId), {
    ...row,
    readSeq: seq,
    announcedReadSeq: isAnnounced ? Math.max(row.announcedReadSeq, seq) : row.announcedReadSeq,
    unreadCount: unread.length,
    mentionCount: unread.filter(({ value }) => value.mentionsSelf).length,
  });
}

/** The person has seen everything up to `seq` (null: all there is). Others are told by the read announcer. */
export async function markRead(
  deps: Pick<Deps, 'reader' | 'transact'>,
  conversationId: ConversationId,
  seq: number | null,
): Promise<void> {
  const { userId } = await activeAccount(deps.reader);
  await deps.transact(async (tx) => {
    const row = await tx.get(ROWS.conversation(conversationId));
    const target = Math.min(seq ?? Infinity, row?.lastShownSeq ?? 0);
    // Only messages of others move the position: else two people would answer each other's receipts for ever.
    const shown = await tx.list(ROWS.messagesOf(conversationId), {
      after: ROWS.message(conversationId, row?.readSeq ?? 0),
      before: ROWS.message(conversationId, target + 1),
      order: 'descending',
    });
    const newest = shown.find(({ value }) => value.senderUserId !== userId);
    if (newest === undefined) return;
    const { seq: newestSeq } = placeOf(newest.key);
    await moveReadPosition(tx, { conversationId, seq: newestSeq, ownUserId: userId, isAnnounced: false });
  });
}
