import type { DeviceListContent, HistoryKey, ProfileContent } from '@seal-chat/protocol/content';
import { promiseList } from './promise-list.ts';
import { ROWS } from '../store/rows.ts';
import type { PlacedMessage } from './incoming.ts';
import type { Applying } from './applying.ts';
import { isModerator } from './changes.ts';

/** The last word on how long messages live counts, in the order of the conversation. */
export function applyTimer(applying: Applying, seq: number, seconds: number, unsent: number | null): void {
  const { ownTimer: _, ...row } = applying.row;
  const isNewer = seq > (row.timer?.seq ?? 0);
  applying.row = {
    ...row,
    ...(isNewer && { timer: { seconds, seq } }),
    ...(unsent !== null && { ownTimer: unsent }),
  };
}

/** @returns whether it counts: from an owner or admin, and in a channel */
export function applyProfile(
  applying: Applying,
  { seq, senderUserId }: PlacedMessage,
  { name, description, sharesHistory }: ProfileContent,
): boolean {
  const { channel } = applying.row;
  if (channel === undefined || !isModerator(applying.row, senderUserId)) return false;
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
