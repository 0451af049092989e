import {
  SealError,
  constantTimeEqual,
  type Device,
  type DeviceId,
  type DhPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { DhKeyPair } from '../keys.ts';

/** This device, with the private half of its identity. */
export interface OwnDevice {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  /** X25519 identity key IK. */
  readonly dhKeys: DhKeyPair;
}

/** A device of the peer, or another one of this account, as its account's verified device list has it. */
export interface PeerDevice extends Pick<Device, 'deviceId' | 'registrationId' | 'dhKey' | 'signKey'> {
  readonly userId: UserId;
  /** Whether its signed list says that it has the post-quantum ratchet. This device has. */
  readonly pqRatchet: boolean;
}

/** Who talks to whom: what every operation on sessions is handed. */
export interface Parties {
  readonly tenantId: TenantId;
  readonly own: OwnDevice;
  readonly peer: PeerDevice;
}

/** The address and identity key of one end of a session. */
export interface SessionEnd {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  /** X25519 identity key, 32 bytes. */
  readonly dhKey: DhPublicKey;
}

/**
 * Both ends, as a session record keeps them. Fixed for its life: a device with another key is another device (Sesame
 * §3.1).
 */
export interface SessionEnds {
  readonly tenantId: TenantId;
  readonly own: SessionEnd;
  readonly peer: SessionEnd;
}

/** Returns the public part of `parties`. */
export function sessionEnds({ tenantId, own, peer }: Parties): SessionEnds {
  return {
    tenantId,
    own: { userId: own.userId, deviceId: own.deviceId, dhKey: own.dhKeys.publicKey },
    peer: { userId: peer.userId, deviceId: peer.deviceId, dhKey: peer.dhKey },
  };
}

/**
 * Checks that a session record is of these parties.
 * @throws SealError IDENTITY_CHANGED when a record was made for
 * another tenant, device or identity key.
 */
export function checkEnds(ends: SessionEnds, parties: Parties): void {
  const { tenantId, own, peer } = parties;
  const isSame =
    ends.tenantId === tenantId && isEnd(ends.own, own, own.dhKeys.publicKey) && isEnd(ends.peer, peer, peer.dhKey);
  if (!isSame) throw new SealError('IDENTITY_CHANGED', 'session: of another device');
}

function isEnd(end: SessionEnd, device: { userId: UserId; deviceId: DeviceId }, dhKey: DhPublicKey): boolean {
  return end.userId === device.userId && end.deviceId === device.deviceId && constantTimeEqual(end.dhKey, dhKey);
}
