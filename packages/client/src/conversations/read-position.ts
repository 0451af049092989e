import type { ConversationId, MessageId, UserId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf, type MessageRow } from '../store/rows.ts';

/** A message does not disappear sooner than this after it was read, ms. */
export const READING_MS = 30_000;

/** Whether a message makes a person want to look: the texts of others do, except of those who are blocked. */
export function isUnreadKind(
  { senderUserId, content, isShared }: MessageRow,
  ownUserId: UserId,
  blocked: readonly UserId[],
): boolean {
  const isText = content.kind === 'text' || content.kind === 'post';
  return senderUserId !== ownUserId && isText && isShared !== true && !blocked.includes(senderUserId);
}

/** The account has read everything up to `seq`: moves the position and counts what is left. */
export async function moveReadPosition(
  tx: DeviceTx,
  move: {
    readonly conversationId: ConversationId;
    readonly seq: number;
    /** Of the message there; null when this device does not have it. */
    readonly messageId: MessageId | null;
    readonly ownUserId: UserId;
    /** Another device of this account has read, and has told the others: this one need not. */
    readonly isAnnounced: boolean;
    /** This device's clock, ms. */
    readonly now: number;
  },
): Promise<void> {
  const { conversationId, seq, messageId, ownUserId, isAnnounced, now } = move;
  const row = await tx.get(ROWS.conversation(conversationId));
  if (row === null || seq <= row.readSeq) return;
  const left = await tx.list(ROWS.messagesOf(conversationId), { after: ROWS.message(conversationId, seq) });
  const blocked = (await tx.get(ROWS.blocked)) ?? [];
  const unread = left.filter(({ value }) => isUnreadKind(value, ownUserId, blocked));
  await leaveTimeToRead(tx, conversationId, { from: row.readSeq, to: seq, until: now + READING_MS });
  const { readId: _before, ...rest } = row;
  tx.put(ROWS.conversation(conversationId), {
    ...rest,
    readSeq: seq,
    ...(messageId !== null && { readId: messageId }),
    announcedReadSeq: isAnnounced ? Math.max(row.announcedReadSeq, seq) : row.announcedReadSeq,
    unreadCount: unread.length,
    mentionCount: unread.filter(({ value }) => value.mentionsSelf).length,
  });
}

/** What was just read and would disappear before `until` stays until then. */
async function leaveTimeToRead(
  tx: DeviceTx,
  conversationId: ConversationId,
  { from, to, until }: { readonly from: number; readonly to: number; readonly until: number },
): Promise<void> {
  const read = await tx.list(ROWS.messagesOf(conversationId), {
    after: ROWS.message(conversationId, from),
    before: ROWS.message(conversationId, to + 1),
  });
  for (const { key, value } of read) {
    const { expiresAt } = value;
    if (expiresAt === undefined || expiresAt >= until) continue;
    const { seq } = placeOf(key);
    tx.delete(ROWS.expiry(expiresAt, conversationId, seq));
    tx.put(ROWS.expiry(until, conversationId, seq), until);
    tx.put(ROWS.message(conversationId, seq), { ...value, expiresAt: until });
    tx.announce({ type: 'changed', conversationId, seq });
  }
}

/** The person has seen everything up to `seq` (null: all there is). Others are told by the read announcer. */
export async function markRead(
  deps: Pick<Deps, 'reader' | 'transact' | 'clock'>,
  conversationId: ConversationId,
  seq: number | null = null,
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
    const { messageId } = newest.value;
    const now = deps.clock.local();
    await moveReadPosition(tx, {
      conversationId,
      seq: newestSeq,
      messageId,
      ownUserId: userId,
      isAnnounced: false,
      now,
    });
  });
}
