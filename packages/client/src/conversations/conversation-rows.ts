import { dmId } from '@seal-chat/crypto';
import { SealError, isSealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { expectIds } from '../api/answers.ts';
import type { Deps, FetchDeps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import { ROWS, type AccountRow, type ChannelPart, type ConversationRow, type MemberRow } from '../store/rows.ts';

/**
 * Stores what the server says of a conversation. Positions only ever grow. A DM has exactly two members, of whom one is
 * the person of this account, and the id that follows from the two: whatever the server says, at first sight and ever
 * after, nobody else can be put into it or into the place of the other person.
 *
 * @throws SealError CONVERSATION_REJECTED when it is another DM than its id says, or was a channel before
 */
export async function storeConversation(tx: DeviceTx, answer: ConversationAnswer): Promise<void> {
  expectIds(answer.conversationId, ...answer.members.map(({ userId }) => userId));
  const key = ROWS.conversation(answer.conversationId);
  const row = await tx.get(key);
  if (row !== null && row.kind !== answer.kind) throw rejected('it was of another kind before');
  if (answer.kind === 'dm') expectDm(answer, await activeAccount(tx));
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
  const next: ConversationRow = {
    ...row,
    kind: answer.kind,
    members: seen,
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

function expectDm({ conversationId, members }: ConversationAnswer, { tenantId, userId }: AccountRow): void {
  const others = members.filter((member) => member.userId !== userId);
  const [other] = others;
  if (members.length !== 2 || others.length !== 1) throw rejected('a DM has two people');
  if (dmId(tenantId, userId, other!.userId) !== conversationId) throw rejected('not the DM of its two people');
}

function rejected(reason: string): SealError {
  return new SealError('CONVERSATION_REJECTED', `conversation: ${reason}`);
}

/**
 * Asks for the DM with `userId`; the caller stores it.
 *
 * @throws SealError CONVERSATION_REJECTED when the server answers with another conversation; NOT_FOUND, OFFLINE,
 *   UNAVAILABLE, RATE_LIMITED
 */
export async function fetchDm(
  { api, reader }: Pick<FetchDeps, 'api' | 'reader'>,
  userId: UserId,
): Promise<ConversationAnswer> {
  const account = await activeAccount(reader);
  const answer = await api.conversations.openDm.mutate({ userId });
  const wanted = dmId(account.tenantId, account.userId, userId);
  if (answer.kind !== 'dm' || answer.conversationId !== wanted) throw rejected('not the DM that was asked for');
  return answer;
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

/** Stores a conversation that the server speaks of; one that is rejected is reported, and holds up no other. */
export async function storeOrReport(
  { report }: Pick<Deps, 'report'>,
  tx: DeviceTx,
  answer: ConversationAnswer,
): Promise<void> {
  try {
    await storeConversation(tx, answer);
  } catch (error) {
    if (!isSealError(error, 'CONVERSATION_REJECTED')) throw error;
    report(error);
  }
}

/**
 * Fetches the conversations of `ids` that this device does not know. One that is rejected is reported and stays
 * unknown: what belongs to it is the caller's to leave alone.
 *
 * @throws SealError NOT_A_MEMBER, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function learnConversations(
  deps: FetchDeps & Pick<Deps, 'report'>,
  ids: Iterable<ConversationId>,
): Promise<void> {
  const { api, reader, transact } = deps;
  for (const conversationId of ids) {
    if ((await reader.get(ROWS.conversation(conversationId))) !== null) continue;
    const answer = await api.conversations.get.query({ conversationId });
    if (answer.conversationId === conversationId) await transact((tx) => storeOrReport(deps, tx, answer));
    else deps.report(rejected('not the one that was asked for'));
  }
}

/**
 * Reads a conversation that this device is asked to act in.
 *
 * @param kind what it has to be; any kind without it
 * @throws SealError CONVERSATION_REJECTED when it is of another kind, or not known here because what the server said of
 *   it was refused
 */
export async function knownConversation(
  reader: RowReader,
  id: ConversationId,
  kind?: ConversationRow['kind'],
): Promise<ConversationRow> {
  const row = await reader.get(ROWS.conversation(id));
  if (row === null || row.kind !== (kind ?? row.kind)) throw rejected('what the server says of it does not hold');
  return row;
}
