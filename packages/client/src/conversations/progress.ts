import type { UserId } from '@seal-chat/protocol';
import type { ConversationRow } from '../store/rows.ts';
import { accountFor } from './sequence.ts';

/** A message with this place was stored. Returns the row without what depends on its content. */
export function withMessage(
  row: ConversationRow,
  message: { readonly seq: number; readonly acceptedAt: number; readonly isShown: boolean },
): ConversationRow {
  const { seq, acceptedAt, isShown } = message;
  return {
    ...accountFor(row, seq),
    lastSeq: Math.max(row.lastSeq, seq),
    firstSeq: Math.min(row.firstSeq ?? seq, seq),
    lastShownSeq: isShown ? Math.max(row.lastShownSeq ?? 0, seq) : row.lastShownSeq,
    lastActivityAt: isShown ? Math.max(row.lastActivityAt, acceptedAt) : row.lastActivityAt,
  };
}

/** `member` with its positions moved forward. */
export function withProgress(
  row: ConversationRow,
  userId: UserId,
  progress: { readonly deliveredSeq?: number; readonly readSeq?: number },
): ConversationRow {
  const { deliveredSeq = 0, readSeq = 0 } = progress;
  const members = row.members.map((member) =>
    member.userId === userId
      ? {
          ...member,
          deliveredSeq: Math.max(member.deliveredSeq, deliveredSeq),
          readSeq: Math.max(member.readSeq, readSeq),
        }
      : member,
  );
  return { ...row, members };
}
