import type { MlsMember } from '@seal-chat/crypto/mls';
import type { DeviceId } from '@seal-chat/protocol';
import type { DeviceLine } from '../model/conversation.ts';

/**
 * Returns what a Commit has made of the devices of people who were in the channel before and are after it, as lines. Who
 * came and who went is told otherwise.
 *
 * @param commit.at when this device takes it, ms
 * @param ownDeviceId its own way in is no news to this device
 */
export function deviceChanges(
  commit: { readonly seq: number; readonly adds: readonly MlsMember[]; readonly at: number },
  leaves: { readonly before: readonly MlsMember[]; readonly after: readonly MlsMember[] },
  ownDeviceId: DeviceId,
): readonly DeviceLine[] {
  const { before, after } = leaves;
  const had = new Set(before.map(({ deviceId }) => deviceId));
  const has = new Set(after.map(({ deviceId }) => deviceId));
  const line = (kind: DeviceLine['kind'], { userId, deviceId }: MlsMember): DeviceLine => ({
    kind,
    afterSeq: commit.seq,
    userId,
    deviceId,
    at: commit.at,
    version: 0,
  });
  const isOf = (others: readonly MlsMember[], { userId }: MlsMember): boolean =>
    others.some((other) => other.userId === userId);
  const added = after.filter((one) => !had.has(one.deviceId) && one.deviceId !== ownDeviceId && isOf(before, one));
  // A device whose leaf was replaced is among those that the Commit adds, and was there: with this device's keys, too.
  const rejoined = commit.adds.filter(({ deviceId }) => had.has(deviceId));
  const removed = before.filter(
    (one) => !has.has(one.deviceId) && isOf(after, one) && !rejoined.some(({ deviceId }) => deviceId === one.deviceId),
  );
  return [
    ...added.map((one) => line('added', one)),
    ...rejoined.map((one) => line('rejoined', one)),
    ...removed.map((one) => line('removed', one)),
  ];
}
