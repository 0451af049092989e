import type { Bytes, DeviceId, TenantId, UserId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';
import type { Transaction } from '../db/transaction.ts';

/** Hashes and lifetimes of a session's tokens. */
export interface SessionTokens {
  readonly accessHash: Bytes;
  readonly accessExpiresAt: Date;
  readonly refreshHash: Bytes;
  readonly refreshExpiresAt: Date;
}

/** Sessions of one device that may be open at once; the oldest go first. */
const SESSIONS_PER_DEVICE = 5;

/** Opens a session, and deletes those of the device that are too many. False when the device is being removed. */
export async function insertSession(
  tx: Transaction,
  session: SessionTokens & {
    readonly tenantId: TenantId;
    readonly id: string;
    readonly deviceId: DeviceId;
    readonly createdAt: Date;
  },
): Promise<boolean> {
  const { tenantId, deviceId } = session;
  const present = await tx.$executeRaw`
    select 1 from devices
    where tenant_id = ${tenantId}::uuid and id = ${deviceId}::uuid and removed_at is null for share`;
  if (present === 0) return false;
  await tx.session.create({ data: session });
  await markSeen(tx, session, session.createdAt);
  const tooMany = await tx.session.findMany({
    where: { tenantId, deviceId },
    orderBy: { createdAt: 'desc' },
    skip: SESSIONS_PER_DEVICE,
    select: { id: true },
  });
  if (tooMany.length > 0) {
    await tx.session.deleteMany({ where: { tenantId, id: { in: tooMany.map(({ id }) => id) } } });
  }
  return true;
}

/** Notes on which day a device was last there; nothing when it is the same day. */
async function markSeen(
  tx: Transaction,
  { tenantId, deviceId }: { readonly tenantId: TenantId; readonly deviceId: DeviceId },
  now: Date,
): Promise<void> {
  await tx.$executeRaw`
    update devices set seen_on = ${now}::date
    where tenant_id = ${tenantId}::uuid and id = ${deviceId}::uuid and seen_on < ${now}::date`;
}

/** What came of a refresh token. */
export type RotateResult =
  | { readonly outcome: 'rotated'; readonly deviceId: DeviceId }
  /** It had been replaced before: the session it belonged to is deleted. */
  | { readonly outcome: 'reused'; readonly sessionId: string }
  | { readonly outcome: 'unknown' };

/** Replaces both tokens of the session that `refreshHash` opens. Of two that try at once, one is told `reused`. */
export async function rotateSession(
  tx: Transaction,
  input: { readonly tenantId: TenantId; readonly refreshHash: Bytes; readonly next: SessionTokens; readonly now: Date },
): Promise<RotateResult> {
  const { tenantId, refreshHash, next, now } = input;
  const [row] = await tx.$queryRaw<{ id: string; device_id: DeviceId }[]>`
    update sessions set
      access_hash = ${next.accessHash}, access_expires_at = ${next.accessExpiresAt},
      refresh_hash = ${next.refreshHash}, refresh_expires_at = ${next.refreshExpiresAt}
    where tenant_id = ${tenantId}::uuid and refresh_hash = ${refreshHash} and refresh_expires_at > ${now}
    returning id, device_id`;
  if (row !== undefined) {
    await tx.usedRefreshToken.create({ data: { tenantId, hash: refreshHash, sessionId: row.id, usedAt: now } });
    await markSeen(tx, { tenantId, deviceId: row.device_id }, now);
    return { outcome: 'rotated', deviceId: row.device_id };
  }
  const used = await tx.usedRefreshToken.findUnique({ where: { tenantId_hash: { tenantId, hash: refreshHash } } });
  if (used === null) return { outcome: 'unknown' };
  await tx.session.deleteMany({ where: { tenantId, id: used.sessionId } });
  return { outcome: 'reused', sessionId: used.sessionId };
}

export async function deleteSession(prisma: PrismaClient, tenantId: TenantId, sessionId: string): Promise<void> {
  await prisma.session.deleteMany({ where: { tenantId, id: sessionId } });
}

/** What signing in and refreshing need to know of a device. */
export interface DeviceRow {
  readonly userId: UserId;
  readonly username: string | null;
  readonly signKey: Bytes;
  readonly isRemoved: boolean;
}

export async function findDevice(
  prisma: PrismaClient,
  tenantId: TenantId,
  deviceId: DeviceId,
): Promise<DeviceRow | null> {
  const row = await prisma.device.findUnique({
    where: { tenantId_id: { tenantId, id: deviceId } },
    select: { userId: true, signKey: true, removedAt: true, user: { select: { username: true } } },
  });
  if (row === null) return null;
  return {
    userId: row.userId as UserId,
    username: row.user.username,
    signKey: row.signKey,
    isRemoved: row.removedAt !== null,
  };
}
