import type { ConversationId, DeviceId, UserId } from '@seal-chat/protocol';
import type { Clock } from '../context/clock.ts';
import type { TimeDeps } from '../context/deps.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { isUnreadKind } from '../conversations/read-position.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, placeOf, type ConversationRow, type MessageRow } from '../store/rows.ts';

/** A change of one conversation under way: its row is read once, changed here, and written once. */
export interface Applying {
  readonly tx: DeviceTx;
  readonly conversationId: ConversationId;
  readonly ownUserId: UserId;
  readonly ownDeviceId: DeviceId;
  /** ms: `Deps.now`. */
  readonly now: number;
  readonly clock: Clock;
  /** In a channel: people whose messages are not to be looked at. Theirs do not come this far in a DM. */
  readonly blocked: readonly UserId[];
  row: ConversationRow;
}

/** Runs `task` on a conversation; one that this device does not know is left alone. @throws SealError NOT_SIGNED_IN */
export async function inConversation(
  { now, clock }: TimeDeps,
  tx: DeviceTx,
  conversationId: ConversationId,
  task: (applying: Applying) => Promise<void>,
): Promise<void> {
  const key = ROWS.conversation(conversationId);
  const row = await tx.get(key);
  if (row === null) return;
  const { userId, device } = await activeAccount(tx);
  const applying: Applying = {
    tx,
    conversationId,
    ownUserId: userId,
    ownDeviceId: device.deviceId,
    now: now(),
    clock,
    blocked: row.kind === 'channel' ? ((await tx.get(ROWS.blocked)) ?? []) : [],
    row: row.firstSeq === null ? await withBeginning(tx, row, userId) : row,
  };
  await task(applying);
  const { gaps } = applying.row;
  if (gaps !== row.gaps && gaps !== undefined && gaps.length > 0) tx.put(ROWS.gap(conversationId), applying.now);
  if (applying.row !== row) tx.put(key, applying.row);
}

/** The first device of an account was there for every DM from its first message on; a later one cannot know. */
async function withBeginning(tx: DeviceTx, row: ConversationRow, ownUserId: UserId): Promise<ConversationRow> {
  if (row.kind === 'channel' || row.seenSeq !== undefined) return row;
  const { device } = await activeAccount(tx);
  const list = (await tx.get(ROWS.peer(ownUserId)))?.known.list;
  const own = list?.devices.find(({ deviceId }) => deviceId === device.deviceId);
  return own?.addedIn === 1 ? { ...row, seenSeq: 0, seenFrom: 1 } : row;
}

/** Whether `seq` is among what the person has not read. */
function isUnread({ row, ownUserId, blocked }: Applying, seq: number, message: MessageRow): boolean {
  return seq > row.readSeq && isUnreadKind(message, ownUserId, blocked);
}

/** Writes a message in place of `before`, and keeps the counts. */
export function putMessage(applying: Applying, seq: number, before: MessageRow | null, after: MessageRow): void {
  const { tx, conversationId } = applying;
  tx.put(ROWS.message(conversationId, seq), after);
  recount(applying, seq, before, after);
}

/** The counts follow a message that changed from `before` to `after`; null where there is none. */
function recount(applying: Applying, seq: number, before: MessageRow | null, after: MessageRow | null): void {
  const counted = (message: MessageRow | null, isMention: boolean): number =>
    message !== null && isUnread(applying, seq, message) && (!isMention || message.mentionsSelf === true) ? 1 : 0;
  const unread = counted(after, false) - counted(before, false);
  const mentions = counted(after, true) - counted(before, true);
  if (unread === 0 && mentions === 0) return;
  const { row } = applying;
  applying.row = {
    ...row,
    unreadCount: Math.max(0, row.unreadCount + unread),
    mentionCount: Math.max(0, (row.mentionCount ?? 0) + mentions),
  };
}

/** Takes a message and all that belongs to it off this device. */
export async function eraseMessage(applying: Applying, seq: number, message: MessageRow): Promise<void> {
  const { tx, conversationId } = applying;
  tx.delete(ROWS.message(conversationId, seq));
  await eraseTraces(applying, seq, message);
  recount(applying, seq, message, null);
  if (applying.row.lastShownSeq !== seq) return;
  const [last] = await tx.list(ROWS.messagesOf(conversationId), { order: 'descending', limit: 1 });
  applying.row = { ...applying.row, lastShownSeq: last === undefined ? null : placeOf(last.key).seq };
}

/** What else is stored because of a message: the key it was sent with, what waits for it, where it is referred to. */
export async function eraseTraces({ tx, conversationId }: Applying, seq: number, message: MessageRow): Promise<void> {
  tx.delete(ROWS.undecryptable(conversationId, seq));
  tx.delete(ROWS.sent(conversationId, seq));
  tx.delete(ROWS.unsupported(conversationId, seq));
  tx.delete(CHANNEL_ROWS.undecryptable(conversationId, seq));
  tx.delete(CHANNEL_ROWS.contentKey(conversationId, seq));
  for (const { key } of await tx.list(ROWS.waitingChangesOf(conversationId, seq))) tx.delete(key);
  const { content, expiresAt } = message;
  if (expiresAt !== undefined) tx.delete(ROWS.expiry(expiresAt, conversationId, seq));
  if (content.kind === 'post' && content.replyTo !== null) {
    tx.delete(ROWS.reply(conversationId, content.replyTo.seq, seq));
  }
  if (content.kind === 'invitation') tx.delete(ROWS.invitation(content.channelId, conversationId, seq));
}
