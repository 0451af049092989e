import { SealError } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';
import type { TransactionSql } from 'postgres';
import type { DurableLimits } from '../limits/durable.ts';
import type { Session } from '../sessions/session.ts';
import { findEntered, lockLog, type Channel, type ChannelRef, type Queries } from './store.ts';

/** The caller's channel, and role in it. */
export interface Caller {
  readonly ref: ChannelRef;
  readonly channel: Channel;
  readonly role: MemberRole;
}

type Who = Pick<Session, 'tenantId' | 'deviceId'>;

/**
 * Checks that the caller is a member of a channel, and locks it until the transaction ends.
 * @throws SealError NOT_A_MEMBER, whether or not the channel exists; DEVICE_REVOKED
 */
export async function enterLocked(
  tx: TransactionSql,
  session: Who,
  conversationId: ChannelRef['conversationId'],
): Promise<Caller> {
  const ref = { tenantId: session.tenantId, conversationId };
  if (!(await lockLog(tx, ref))) throw new SealError('NOT_A_MEMBER');
  return enter(tx, session, conversationId);
}

/** Checks that the caller is a member of a channel. @throws SealError as `enterLocked` */
export async function enter(sql: Queries, session: Who, conversationId: ChannelRef['conversationId']): Promise<Caller> {
  const ref = { tenantId: session.tenantId, conversationId };
  const channel = await findEntered(sql, ref, session.deviceId);
  if (channel === null) throw new SealError('NOT_A_MEMBER');
  const { role, isRemoved } = channel;
  if (isRemoved) throw new SealError('DEVICE_REVOKED');
  if (role === null) throw new SealError('NOT_A_MEMBER');
  return { ref, channel, role };
}

/** Counts a change of a channel. @throws SealError RATE_LIMITED */
export async function countChange(limits: DurableLimits, { tenantId, userId, rates }: Session): Promise<void> {
  await limits.consume('channelChange', tenantId, userId, rates.channelChangesPerMinutePerUser);
}

/** Checks that the caller may manage the channel. @throws SealError FORBIDDEN unless admin or owner */
export function checkMayManage({ role }: Pick<Caller, 'role'>): void {
  if (role === 'member') throw new SealError('FORBIDDEN', 'channels: only owners and admins can do this');
}

/** Makes the error that tells a device the state of the channel's group. */
export function epochStale({ incarnation, epoch, lastSeq }: Channel): SealError {
  return new SealError('EPOCH_STALE', undefined, { group: { incarnation, epoch, lastSeq } });
}
