import { SealError, type Device } from '@seal-chat/protocol';
import type { PeerRow } from '../store/rows.ts';

/** What a device sent before it was taken off its list is accepted for this long after we learned of that, ms. */
const RETIRED_GRACE_MS = 24 * 60 * 60 * 1000;

/**
 * The device that claims to have sent something under version `version` of its account's list.
 *
 * @throws SealError UNVERIFIED_DEVICE when it was not on that list, or the list is not known here yet; IDENTITY_CHANGED
 */
export function senderDevice(
  peer: PeerRow | null,
  claim: { readonly deviceId: string; readonly version: number; readonly now: number },
): Device {
  const { deviceId, version, now } = claim;
  if (peer?.changedKey) throw new SealError('IDENTITY_CHANGED');
  if (peer !== null && version <= peer.known.list.version) {
    const current = peer.known.list.devices.find((device) => device.deviceId === deviceId);
    if (current !== undefined && current.addedIn <= version) return current;
    const retired = peer.retired.find(({ device }) => device.deviceId === deviceId);
    const isInTime = retired !== undefined && now - retired.learnedAt <= RETIRED_GRACE_MS;
    if (isInTime && retired.device.addedIn <= version && version < retired.removedIn) return retired.device;
  }
  throw new SealError('UNVERIFIED_DEVICE', `device list: version ${version} does not vouch for the sender`);
}
