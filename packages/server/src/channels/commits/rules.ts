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
 * Whether a bundle agrees with itself.
 * @throws SealError BAD_INPUT: a device twice, a Welcome for nobody or none for somebody, an external join of another
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
 * Whether a bundle brings the group nearer to what it ought to be, and does nothing else: everybody who has to go goes
 * with it, and only they; whoever comes is awaited.
 * @throws SealError FORBIDDEN when the committer is not in the group; REMOVE_PENDING when somebody is left who has to go;
 *   CONFLICT when the devices that ought to be there have changed
 */
export function checkReconciles({ adds, removes, isExternal }: CommitInput, own: Committer, room: Room): void {
  const { toRemove, toAdd, hasLeaf } = room;
  if (isExternal) {
    // Its own former leaf makes room for the new one, if it has any.
    if (hasLeaf !== removes.includes(own.deviceId)) throw conflict('another leaf of the device');
    if (!hasLeaf && !toAdd.some((leaf) => isSame(leaf, own))) throw conflict('not awaited');
    return;
  }
  if (!hasLeaf) throw new SealError('FORBIDDEN', 'channels: the device is not in the group');
  const going = new Set(toRemove.map(({ deviceId }) => deviceId));
  if (!removes.every((deviceId) => going.has(deviceId))) throw conflict('a removal of somebody who stays');
  if (removes.length < going.size) throw new SealError('REMOVE_PENDING', 'channels: somebody else has to be removed');
  const awaited = new Map(toAdd.map(({ deviceId, userId }) => [deviceId, userId]));
  if (!adds.every(({ deviceId, userId }) => awaited.get(deviceId) === userId)) throw conflict('not awaited');
}

function isSame(a: Committer, b: Committer): boolean {
  return a.deviceId === b.deviceId && a.userId === b.userId;
}

function bad(field: string): SealError {
  return new SealError('BAD_INPUT', `channels: a bundle that cannot be, ${field}`, { field });
}

function conflict(reason: string): SealError {
  return new SealError('CONFLICT', `channels: ${reason}`);
}
