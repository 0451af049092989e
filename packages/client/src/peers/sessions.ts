import { sessionRecordCodec, type Parties, type SessionRecord } from '@seal-chat/crypto';
import { decode, type Bytes, type Device, type UserId } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import type { AccountRow, RowKey } from '../store/rows.ts';

/** Both ends of a session between this device and another. */
export function partiesOf({ tenantId, userId, device }: AccountRow, peerUserId: UserId, peer: Device): Parties {
  return {
    tenantId,
    own: { userId, deviceId: device.deviceId, registrationId: device.registrationId, dhKeys: device.dh },
    peer: {
      userId: peerUserId,
      deviceId: peer.deviceId,
      registrationId: peer.registrationId,
      dhKey: peer.dhKey,
      signKey: peer.signKey,
    },
  };
}

/** What is kept of a peer device, or null. */
export async function loadSession(tx: DeviceTx, key: RowKey<Bytes>): Promise<SessionRecord | null> {
  const bytes = await tx.get(key);
  return bytes === null ? null : decode(sessionRecordCodec, bytes);
}
