import {
  sessionCodec,
  sessionRecordHeadCodec,
  type Parties,
  type Session,
  type SessionName,
  type SessionRecord,
} from '@seal-chat/crypto';
import {
  CAPABILITIES,
  decode,
  encode,
  toHex,
  type Bytes,
  type Device,
  type DeviceId,
  type UserId,
} from '@seal-chat/protocol';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import { ROWS, type AccountRow, type RowKey } from '../store/rows.ts';

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
      pqRatchet: hasPqRatchet(peer),
    },
  };
}

/** Whether a signed list says that the device has the post-quantum ratchet. This one has, and says so in its own. */
export function hasPqRatchet({ capabilities }: Pick<Device, 'capabilities'>): boolean {
  return (capabilities & CAPABILITIES.pqRatchet) !== 0;
}

/** A device of a person. */
export interface DeviceAddress {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

/** What is kept of a peer device, or null. */
export async function loadSessions(tx: RowReader, peer: DeviceAddress): Promise<SessionRecord | null> {
  const head = await tx.get(ROWS.sessionRecord(peer.userId, peer.deviceId));
  if (head === null) return null;
  const record = decode(sessionRecordHeadCodec, head);
  const sessions: Session[] = [];
  for (const name of record.sessions) {
    const row = await tx.get(rowOf(peer, name));
    if (row !== null) sessions.push(decode(sessionCodec, row));
  }
  return { ...record, sessions };
}

/**
 * Puts what changed of a record into the transaction: the sessions that are not the same objects as in `before`, and
 * the head where it has other sessions or another order. So a message writes one session, however many there are.
 */
export function storeSessions(
  tx: DeviceTx,
  peer: DeviceAddress,
  before: SessionRecord | null,
  after: SessionRecord,
): void {
  const kept = new Set(after.sessions.map(nameOf));
  for (const session of before?.sessions ?? []) if (!kept.has(nameOf(session))) tx.delete(rowOf(peer, session));
  for (const session of after.sessions) {
    if (before?.sessions.includes(session) !== true) tx.put(rowOf(peer, session), encode(sessionCodec, session));
  }
  if (before === null || headOf(before) !== headOf(after)) {
    tx.put(ROWS.sessionRecord(peer.userId, peer.deviceId), encode(sessionRecordHeadCodec, after));
  }
}

/**
 * Forgets all sessions with one person's devices, or with everyone's. Of everyone's it is kept which devices were seen
 * with the post-quantum ratchet: they are never spoken to without.
 */
export async function forgetSessions(tx: DeviceTx, userId?: UserId): Promise<void> {
  const heads = userId === undefined ? ROWS.sessionRecords : ROWS.sessionRecordsOf(userId);
  const sessions = userId === undefined ? ROWS.sessions : ROWS.sessionsOf(userId);
  for (const { key } of await tx.list(sessions)) tx.delete(key);
  for (const { key, value } of await tx.list(heads)) {
    const head = decode(sessionRecordHeadCodec, value);
    if (userId === undefined && head.pqRatchet) tx.put(key, encode(sessionRecordHeadCodec, { ...head, sessions: [] }));
    else tx.delete(key);
  }
}

function rowOf({ userId, deviceId }: DeviceAddress, name: SessionName): RowKey<Bytes> {
  return ROWS.session(userId, deviceId, nameOf(name));
}

function nameOf({ isInitiator, baseKey }: SessionName): string {
  return `${isInitiator ? 'begun' : 'accepted'}-${toHex(baseKey)}`;
}

/** What of a head can change. */
function headOf({ pqRatchet, sessions }: SessionRecord): string {
  return [pqRatchet, ...sessions.map(nameOf)].join();
}
