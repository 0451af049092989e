import { dmId, selfId } from '@seal-chat/crypto';
import { CHANNEL_LIMITS, SealError, isSealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { expectCount, expectIds, expectMost, expectTime } from '../api/answers.ts';
import type { Deps, FetchDeps } from '../context/deps.ts';
import { learnName } from './names.ts';
import { MAX_RENAMES } from '../store/bind-name.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import { takeRoom } from '../store/room.ts';
import { isSame } from '../state/is-same.ts';
import {
  ROWS,
  type Rename,
  type AccountRow,
  type ChannelPart,
  type ConversationRow,
  type MemberRow,
} from '../store/rows.ts';
import { marksOf } from './registers.ts';

/**
 * Stores what the server says of a conversation. Positions only ever grow. A DM has exactly two members, of whom one is
 * the person of this account, and the id that follows from the two: whatever the server says, at first sight and ever
 * after, nobody else can be put into it or into the place of the other person.
 *
 * @throws SealError CONVERSATION_REJECTED when it is another DM than its id says, or was a channel before, or there are
 *   too many; MALFORMED when it is not what a server answers
 */
export async function storeConversation(tx: DeviceTx, answer: ConversationAnswer): Promise<void> {
  expectMost(answer.members, CHANNEL_LIMITS.members);
  expectIds(answer.conversationId, ...answer.members.map(({ userId }) => userId));
  expectKnown(KINDS, answer.kind);
  const key = ROWS.conversation(answer.conversationId);
  const row = await tx.get(key);
  if (row !== null && row.kind !== answer.kind) throw rejected('of another kind');
  const account = await activeAccount(tx);
  const peer = answer.kind === 'channel' ? null : expectPeople(answer, account);
  if (row === null && answer.kind === 'channel') expectNoDm(answer, account);
  if (row === null && !(await takeRoom(tx, 'conversation'))) throw rejected('one too many');
  const marks = row === null ? await marksOf(tx, { conversationId: answer.conversationId, peer }) : null;
  expectNumbers(answer, row);
  const known = new Map(row?.members.map((member) => [member.userId, member]));
  const seen: MemberRow[] = [];
  for (const { userId, username: claimed, role, deliveredSeq } of answer.members) {
    const old = known.get(userId);
    expectCount(deliveredSeq);
    expectKnown(ROLES, role);
    const username = old && old.username === claimed ? claimed : await learnName(tx, userId, claimed);
    seen.push({
      userId,
      username,
      ...(claimed !== null && claimed !== username && { claimedName: claimed }),
      deliveredSeq: Math.max(deliveredSeq, old?.deliveredSeq ?? 0),
      readSeq: old?.readSeq ?? 0,
      ...(role !== 'member' && { role }),
    });
  }
  const renames = renamesIn(row, seen);
  const next: ConversationRow = {
    ...row,
    ...marks,
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
    ...(renames.length > 0 && { renames }),
  };
  const channel = answer.channel && channelPart(answer.channel, row?.channel);
  const stored = channel === undefined ? next : { ...next, channel };
  if (!isSame(stored, row)) tx.put(key, stored);
}

/** Opens the DM with `userId` for the person: it is listed from now on. @throws as `fetchDm` and `storeConversation` */
export async function openDm(deps: FetchDeps, userId: UserId): Promise<ConversationId> {
  const answer = await fetchDm(deps, userId);
  const { conversationId } = answer;
  await deps.transact(async (tx) => {
    await storeConversation(tx, answer);
    const key = ROWS.conversation(conversationId);
    const row = await tx.get(key);
    if (row !== null && !row.isOpened) tx.put(key, { ...row, isOpened: true });
  });
  return conversationId;
}

/** Another name is told once where it appears, in every conversation with that person. */
function renamesIn(row: ConversationRow | null, seen: readonly MemberRow[]): readonly Rename[] {
  const before = new Map(row?.members.map(({ userId, claimedName }) => [userId, claimedName]));
  const afterSeq = row?.lastShownSeq ?? 0;
  const added = seen.flatMap(({ userId, username, claimedName }): Rename[] => {
    if (username === null || claimedName === undefined || claimedName === before.get(userId)) return [];
    return [{ afterSeq, userId, from: username, to: claimedName }];
  });
  return [...(row?.renames ?? []), ...added].slice(-MAX_RENAMES);
}

/**
 * Numbers that one answer may be ahead of what this device has accounted for: a number that sticks must not be one that
 * no conversation ever reaches.
 */
const MOST_AHEAD = 2 ** 32;

/** @throws SealError MALFORMED when it is not what a server answers */
function expectNumbers({ createdAt, lastSeq }: ConversationAnswer, row: ConversationRow | null): void {
  expectTime(createdAt);
  expectCount(lastSeq);
  expectReachable(row && { ...row, lastSeq: 0 }, lastSeq);
}

const KINDS: readonly ConversationRow['kind'][] = ['dm', 'channel', 'self'];
const ROLES: readonly NonNullable<MemberRow['role']>[] = ['member', 'admin', 'owner'];

/** @throws SealError MALFORMED when no conversation gets to that number from what was accounted for */
export function expectReachable(row: ConversationRow | null, seq: number): void {
  if (seq > (row?.seenSeq ?? row?.lastSeq ?? 0) + MOST_AHEAD)
    throw new SealError('MALFORMED', 'answer: not a number here');
}

/** A word that no server says would be neither one thing nor the other to all who ask. @throws SealError MALFORMED */
function expectKnown<T>(known: readonly T[], word: T): void {
  if (!known.includes(word)) throw new SealError('MALFORMED', 'answer: no such word');
}

/** What was taken for a channel once could not become the DM that it is. @throws SealError CONVERSATION_REJECTED */
function expectNoDm({ conversationId, members }: ConversationAnswer, { tenantId, userId }: AccountRow): void {
  const ids = members.map((one) =>
    one.userId === userId ? selfId(tenantId, userId) : dmId(tenantId, userId, one.userId),
  );
  if (ids.includes(conversationId)) throw rejected('the id of a DM');
}

/** Checks who is in a DM, or alone in a conversation with oneself. @returns the other person of a DM */
function expectPeople(
  { kind, conversationId, members }: ConversationAnswer,
  { tenantId, userId }: AccountRow,
): UserId | null {
  const others = members.filter((member) => member.userId !== userId);
  const count = kind === 'self' ? 1 : 2;
  if (members.length !== count || others.length !== count - 1) throw rejected('other people');
  const other = others[0]?.userId ?? null;
  const wanted = other === null ? selfId(tenantId, userId) : dmId(tenantId, userId, other);
  if (wanted !== conversationId) throw rejected('another id');
  return other;
}

function rejected(reason: string): SealError {
  return new SealError('CONVERSATION_REJECTED', `conversation: ${reason}`);
}

/**
 * Asks for the DM with `userId`, or for the conversation with oneself; the caller stores it.
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
  const isSelf = userId === account.userId;
  const wanted = isSelf ? selfId(account.tenantId, userId) : dmId(account.tenantId, account.userId, userId);
  if (answer.kind !== (isSelf ? 'self' : 'dm') || answer.conversationId !== wanted) throw rejected('another one');
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
    if (!isSealError(error, 'CONVERSATION_REJECTED') && !isSealError(error, 'MALFORMED')) throw error;
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
    const { tenantId, userId } = await activeAccount(reader);
    // The one with oneself is made when it is first needed.
    const isOwn = conversationId === selfId(tenantId, userId);
    const answer = await (isOwn ? fetchDm(deps, userId) : api.conversations.get.query({ conversationId }));
    if (answer.conversationId === conversationId) await transact((tx) => storeOrReport(deps, tx, answer));
    else deps.report(rejected('another one'));
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
  if (row === null || row.kind !== (kind ?? row.kind)) throw rejected('not known here');
  return row;
}
