import type { ConversationId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { expectIds } from '../api/answers.ts';
import type { FetchDeps } from '../context/deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type ChannelPart, type ConversationRow, type MemberRow } from '../store/rows.ts';

/**
 * Stores what the server says of a conversation. Positions only ever grow, and the members of a DM stay those it was
 * first seen with: a server cannot put another account in the place of the other person.
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

/** The name of a public channel is the server's to tell; that of a private one is only in sealed bodies. */
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
export async function learnConversations(deps: FetchDeps, ids: Iterable<ConversationId>): Promise<void> {
  const { api, reader, transact } = deps;
  for (const conversationId of ids) {
    if ((await reader.get(ROWS.conversation(conversationId))) !== null) continue;
    const answer = await api.conversations.get.query({ conversationId });
    await transact((tx) => storeConversation(tx, answer));
  }
}
