import type { ConversationId } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type ConversationRow, type NoticeRow } from '../store/rows.ts';
import type { TranscriptWork } from './chain.ts';

/** Lines kept in a conversation; the oldest are forgotten first. */
const MAX_NOTICES = 64;

/** Says at a place of the conversation what the server has done there; once of each kind, place and person. */
export async function putNotice(
  tx: DeviceTx,
  conversationId: ConversationId,
  notice: NoticeRow,
): Promise<ConversationRow | null> {
  return change(tx, conversationId, (notices) =>
    notices.some((one) => one.kind === notice.kind && one.afterSeq === notice.afterSeq && one.userId === notice.userId)
      ? notices
      : [...notices, notice].slice(-MAX_NOTICES),
  );
}

/** The same in a conversation whose hash goes on. */
export async function addNotice(work: TranscriptWork, notice: NoticeRow): Promise<void> {
  work.conversation = (await putNotice(work.tx, work.conversationId, notice)) ?? work.conversation;
}

export async function removeNotices(work: TranscriptWork, isMeant: (notice: NoticeRow) => boolean): Promise<void> {
  const { tx, conversationId } = work;
  const changed = await change(tx, conversationId, (notices) =>
    notices.some(isMeant) ? notices.filter((notice) => !isMeant(notice)) : notices,
  );
  work.conversation = changed ?? work.conversation;
}

/** Whether something is said of the places after `from`, before `to`. */
export function hasNoticeIn(work: TranscriptWork, from: number, to: number): boolean {
  return (work.conversation.notices ?? []).some(({ afterSeq }) => afterSeq >= from && afterSeq < to);
}

async function change(
  tx: DeviceTx,
  conversationId: ConversationId,
  next: (notices: readonly NoticeRow[]) => readonly NoticeRow[],
): Promise<ConversationRow | null> {
  const key = ROWS.conversation(conversationId);
  const row = await tx.get(key);
  if (row === null) return null;
  const before = row.notices ?? [];
  const notices = next(before);
  if (notices === before) return row;
  const changed = { ...row, notices };
  tx.put(key, changed);
  return changed;
}
