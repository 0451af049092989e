import type { Authenticate, GroupName, MlsDeps, MlsIdentity, MlsMember } from '@seal-chat/crypto/mls';
import { SealError, constantTimeEqual, type ConversationId, type Device, type DeviceId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { RowReader } from '../store/device-tx.ts';
import { ROWS, type AccountRow, type PeerRow } from '../store/rows.ts';

/** What the functions of `crypto/mls` are handed. @throws SealError UNSUPPORTED_BROWSER without WebCrypto */
export function mlsDeps({ rng, kem, now }: Pick<Deps, 'rng' | 'kem' | 'now'>): MlsDeps {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) throw new SealError('UNSUPPORTED_BROWSER', 'channels: WebCrypto is not available');
  return { subtle, rng, kem, now: now() };
}

/** This device as a member of groups. */
export function identityOf({ tenantId, userId, device }: AccountRow): MlsIdentity {
  return { tenantId, userId, deviceId: device.deviceId, signKey: device.sign };
}

export function groupName({ tenantId }: AccountRow, conversationId: ConversationId, incarnation: number): GroupName {
  return { tenantId, conversationId, incarnation };
}

/**
 * Vouches for leaves by the signed device lists that are here. A device that has left its list is still who it says:
 * a log is read later than it was written. That it may not stay is `unlistedAmong`'s affair.
 */
export function authenticateBy(reader: RowReader): Authenticate {
  return async ({ userId, deviceId }, signatureKey) => {
    const device = deviceOf(await reader.get(ROWS.peer(userId)), deviceId);
    return device !== null && constantTimeEqual(device.signKey, signatureKey);
  };
}

/** A device that is, or was, on the verified list of its person. */
function deviceOf(peer: PeerRow | null, deviceId: DeviceId): Device | null {
  if (peer === null) return null;
  const isIt = (device: Device): boolean => device.deviceId === deviceId;
  return peer.known.list.devices.find(isIt) ?? peer.retired.find(({ device }) => isIt(device))?.device ?? null;
}

/** Returns those of `leaves` whose device is on no present list: revoked, or never listed. */
export async function unlistedAmong(reader: RowReader, leaves: readonly MlsMember[]): Promise<readonly DeviceId[]> {
  const peers = new Map<string, PeerRow | null>();
  const unlisted: DeviceId[] = [];
  for (const { userId, deviceId } of leaves) {
    if (!peers.has(userId)) peers.set(userId, await reader.get(ROWS.peer(userId)));
    const isListed = peers.get(userId)?.known.list.devices.some((device) => device.deviceId === deviceId);
    if (!isListed) unlisted.push(deviceId);
  }
  return unlisted;
}
