import { SealError, type DeviceId, type UserId } from '@seal-chat/protocol';
import type { channelInputs, LeafAnswer } from '@seal-chat/protocol/api';
import type { z } from 'zod';

/** A commit bundle as a device sends it. */
export type CommitInput = z.output<typeof channelInputs.commit>;

/** Who commits. */
interface Committer {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

/** What the committing device may do to the group at this moment. */
export interface Room {
  readonly toRemove: readonly LeafAnswer[];
  readonly toAdd: readonly LeafAnswer[];
  /** Whether the committer's device is in the group. */
  readonly hasLeaf: boolean;
}

/**
 * Checks that a bundle is consistent.
 * @throws SealError BAD_INPUT when a device is named twice, a Welcome is missing or not due, or an external join changes
 *   another device than the committer's
 */
export function checkBundle({ adds, removes, welcome, isExternal }: CommitInput, own: Committer): void {
  if (new Set(adds.map(({ deviceId }) => deviceId)).size < adds.length) throw bad('adds');
  if (new Set(removes).size < removes.length) throw bad('removes');
  if (isExternal) {
    const [self, ...others] = adds;
    if (self === undefined || others.length > 0 || !isSame(self, own)) throw bad('adds');
    if (removes.some((deviceId) => deviceId !== own.deviceId)) throw bad('removes');
  }
  const isWelcomeDue = !isExternal && adds.length > 0;
  if ((welcome !== null) !== isWelcomeDue) throw bad('welcome');
}

/**
 * Checks that a bundle brings the group nearer to the devices it should have, and does nothing else: it removes all
 * devices that must leave and no other, and adds only devices that should be members.
 * @throws SealError FORBIDDEN when the committer is not in the group; REMOVE_PENDING when a device that must leave stays;
 *   CONFLICT when the devices that should be in the group have changed
 */
export function checkReconciles({ adds, removes, isExternal }: CommitInput, own: Committer, room: Room): void {
  const { toRemove, toAdd, hasLeaf } = room;
  if (isExternal) {
    // The device's former leaf, if any, is replaced by the new one.
    if (hasLeaf !== removes.includes(own.deviceId)) throw conflict('the removals do not match the leaf of the device');
    if (!hasLeaf && !toAdd.some((leaf) => isSame(leaf, own))) throw conflict('the device should not be in the group');
    return;
  }
  if (!hasLeaf) throw new SealError('FORBIDDEN', 'channels: the device is not in the group');
  const going = new Set(toRemove.map(({ deviceId }) => deviceId));
  if (!removes.every((deviceId) => going.has(deviceId))) throw conflict('a removed device should stay in the group');
  if (removes.length < going.size)
    throw new SealError('REMOVE_PENDING', 'channels: another device must be removed too');
  const awaited = new Map(toAdd.map(({ deviceId, userId }) => [deviceId, userId]));
  if (!adds.every(({ deviceId, userId }) => awaited.get(deviceId) === userId))
    throw conflict('an added device should not be in the group');
}

function isSame(a: Committer, b: Committer): boolean {
  return a.deviceId === b.deviceId && a.userId === b.userId;
}

function bad(field: string): SealError {
  return new SealError('BAD_INPUT', `channels: invalid commit bundle: ${field}`, { field });
}

function conflict(reason: string): SealError {
  return new SealError('CONFLICT', `channels: ${reason}`);
}
