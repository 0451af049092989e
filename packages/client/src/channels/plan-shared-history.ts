import type { LogEntry } from './log-entry.ts';
import { conversationOf, type LogWork } from './log-work.ts';

/** How long each further device waits whether one before it hands over what newcomers need, ms. */
const STEP_MS = 2_000;
/** Devices that wait as substitutes. */
const MAX_RANK = 60;

/**
 * A device came in: who took it in hands over the key of what a private channel is called and, where the channel shares
 * its history, those of recent messages. Who comes in without help is waited on by the others in turn.
 */
export async function planSharedHistory(work: LogWork, entry: Extract<LogEntry, { kind: 'commit' }>): Promise<void> {
  const { account, deps, group } = work;
  const conversation = await conversationOf(work);
  const isNeeded = conversation?.channel?.visibility === 'private' || conversation?.channel?.sharesHistory;
  const ownDeviceId = account.device.deviceId;
  if (!isNeeded || group === null || entry.adds.some(({ deviceId }) => deviceId === ownDeviceId)) return;
  let delay = 0;
  if (entry.senderDeviceId !== ownDeviceId) {
    const added = new Set(entry.adds.map(({ deviceId }) => deviceId));
    const others = group.leaves.map(({ deviceId }) => deviceId).filter((deviceId) => !added.has(deviceId));
    const rank = others.toSorted().indexOf(ownDeviceId);
    if (rank > MAX_RANK) return;
    delay = (entry.isExternal ? rank : 1 + rank) * STEP_MS;
  }
  const awaitingSharedHistory = [
    ...(work.row.awaitingSharedHistory ?? []),
    { seq: entry.seq, notBefore: deps.now() + delay },
  ];
  work.row = { ...work.row, awaitingSharedHistory };
}
