import type { UserId } from '@seal-chat/protocol';
import type { DeviceListContent, HistoryKey, ProfileContent } from '@seal-chat/protocol/content';
import { ROWS, type ConversationRow } from '../store/rows.ts';
import { MAX_TIMERS } from '../store/timer.ts';
import { promiseList } from './promise-list.ts';
import type { PlacedMessage } from './incoming.ts';
import type { Applying } from './applying.ts';
import { isModerator } from './changes.ts';

/**
 * The last word on how long messages live counts, in the order of the conversation.
 *
 * @returns whether it counts: in a DM, or from an owner or admin of the channel
 */
export function applyTimer(
  applying: Applying,
  { seq, senderUserId }: PlacedMessage,
  seconds: number,
  unsent: number | null,
): boolean {
  const { ownTimer: _, ...row } = applying.row;
  applying.row = { ...row, ...(unsent !== null && { ownTimer: unsent }) };
  if (!maySetTimer(row, senderUserId)) return false;
  const timers = [...(row.timers ?? []).filter((timer) => timer.seq !== seq), { seconds, seq }];
  applying.row = { ...applying.row, timers: timers.toSorted((a, b) => a.seq - b.seq).slice(-MAX_TIMERS) };
  return true;
}

/** Both people of a DM, and who moderates a channel. */
export function maySetTimer(row: ConversationRow, userId: UserId): boolean {
  return row.kind === 'dm' || isModerator(row, userId);
}

/** @returns whether it counts: from an owner or admin, and in a channel */
export function applyProfile(
  applying: Applying,
  { seq, senderUserId }: PlacedMessage,
  { name, description, sharesHistory }: ProfileContent,
): boolean {
  const { channel } = applying.row;
  if (channel === undefined || name === '' || !isModerator(applying.row, senderUserId)) return false;
  if (seq <= channel.profileSeq) return true;
  // What a public channel is called is for the server to say.
  const said = channel.visibility === 'private' ? { name, description } : {};
  applying.row = { ...applying.row, channel: { ...channel, ...said, sharesHistory, profileSeq: seq } };
  return true;
}

/** Keys of messages from before this device could read: the messages are fetched later. */
export function keepSharedHistory(
  { tx, conversationId, row }: Applying,
  { seq, senderUserId }: PlacedMessage,
  entries: readonly HistoryKey[],
): void {
  const earlier = entries.filter((entry) => entry.seq < (row.firstSeq ?? seq));
  if (row.kind !== 'channel' || earlier.length === 0) return;
  tx.put(ROWS.sharedHistory(conversationId, seq), { entries: earlier, senderUserId });
}

/** A member of a direct message tells of a device list: it is fetched, and nothing is sent here under an older one. */
export async function keepPromisedList(
  { tx, conversationId, row, ownDeviceId }: Applying,
  message: PlacedMessage,
  { userId, version, hash }: DeviceListContent,
): Promise<void> {
  const isOfThem = row.members.some((member) => member.userId === userId);
  if (row.kind !== 'dm' || message.senderDeviceId === ownDeviceId || !isOfThem) return;
  await promiseList(tx, conversationId, message, { owner: userId, version, hash });
}
