import type { LogEntry } from './log-entry.ts';
import { conversationOf, type LogWork } from './log-work.ts';

/** How long each further admin's device waits whether one before it hands over the history, ms. */
const STEP_MS = 2_000;
/** More are not waited for. */
const MAX_RANK = 10;

/** Somebody came in: who took them in hands over the keys of recent messages, or an admin's device does. */
export async function planSharing(work: LogWork, entry: Extract<LogEntry, { kind: 'commit' }>): Promise<void> {
  const { account, deps, group } = work;
  const conversation = await conversationOf(work);
  if (!conversation?.channel?.sharesHistory || group === null) return;
  const ownDeviceId = account.device.deviceId;
  if (entry.adds.some(({ deviceId }) => deviceId === ownDeviceId)) return;
  let delay = 0;
  if (entry.senderDeviceId !== ownDeviceId) {
    const moderators = new Set(
      conversation.members.filter(({ role }) => role !== undefined).map(({ userId }) => userId),
    );
    const devices = group.leaves.filter(({ userId }) => moderators.has(userId)).map(({ deviceId }) => deviceId);
    const rank = devices.toSorted().indexOf(ownDeviceId);
    if (rank === -1) return;
    delay = (1 + Math.min(rank, MAX_RANK)) * STEP_MS;
  }
  const newcomers = [...(work.row.newcomers ?? []), { seq: entry.seq, notBefore: deps.now() + delay }];
  work.row = { ...work.row, newcomers };
}
