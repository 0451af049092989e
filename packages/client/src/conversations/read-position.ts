import type { ConversationId, UserId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf, type MessageRow } from '../store/rows.ts';

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
    readonly ownUserId: UserId;
    /** Another device of this account has read, and has told the others: this one need not. */
    readonly isAnnounced: boolean;
  },
): Promise<void> {
  const { conversationId, seq, ownUserId, isAnnounced } = move;
  const row = await tx.get(ROWS.conversation(conversationId));
  if (row === null || seq <= row.readSeq) return;
  const left = await tx.list(ROWS.messagesOf(conversationId), { after: ROWS.message(conversationId, seq) });
  const blocked = (await tx.get(ROWS.blocked)) ?? [];
  const unread = left.filter(({ value }) => isUnreadKind(value, ownUserId, blocked));
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
    await moveReadPosition(tx, { conversationId, seq: newestSeq, ownUserId: userId, isAnnounced: false });
  });
}
