import type { Bytes, ConversationId, Device, DeviceId, SignedDeviceList, TenantId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';
import type { Transaction } from '../db/transaction.ts';
import { MAX_VERSION, type Account } from './lookup.ts';

/** Finds the lists of one account from version `since` + 1 on, oldest first; the latest alone for 0. */
export async function findListsSince(
  prisma: PrismaClient,
  { tenantId, userId }: Account,
  since: number,
  limit: number,
): Promise<readonly SignedDeviceList[]> {
  if (since === 0) {
    const latest = await findLatestList(prisma, { tenantId, userId });
    return latest === null ? [] : [latest];
  }
  return prisma.deviceList.findMany({
    where: { tenantId, userId, version: { gt: Math.min(since, MAX_VERSION) } },
    orderBy: { version: 'asc' },
    take: limit,
    select: { bytes: true, signature: true },
  });
}

/** Finds the latest list, or null when the account does not exist. */
export async function findLatestList(
  prisma: PrismaClient | Transaction,
  { tenantId, userId }: Account,
): Promise<SignedDeviceList | null> {
  return prisma.deviceList.findFirst({
    where: { tenantId, userId },
    orderBy: { version: 'desc' },
    select: { bytes: true, signature: true },
  });
}

/** Finds the ids of devices that were in an earlier list and were removed. */
export async function findRemovedDevices(
  prisma: PrismaClient,
  { tenantId, userId }: Account,
): Promise<readonly DeviceId[]> {
  const rows = await prisma.device.findMany({
    where: { tenantId, userId, removedAt: { not: null } },
    select: { id: true },
  });
  return rows.map(({ id }) => id as DeviceId);
}

/**
 * Locks the row of an account and returns the version of its latest list; null when it does not exist. Rows that refer to
 * the account may be added at the same time: a call that adds the account to a conversation has locked that already, and
 * this one waits for it.
 */
export async function lockAccount(tx: Transaction, { tenantId, userId }: Account): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ list_version: number }[]>`
    select list_version from users where tenant_id = ${tenantId}::uuid and id = ${userId}::uuid for no key update`;
  return row?.list_version ?? null;
}

/** Locks every conversation of the user, in the order of the write path: a send waits, or is over. */
export async function lockConversations(tx: Transaction, { tenantId, userId }: Account): Promise<void> {
  await tx.$executeRaw`
    select 1 from conversations
    where tenant_id = ${tenantId}::uuid and id in (
      select conversation_id from memberships where tenant_id = ${tenantId}::uuid and user_id = ${userId}::uuid)
    order by id for update`;
}

/** Finds the ids of the channels the user is in. */
export async function findChannels(
  prisma: PrismaClient,
  { tenantId, userId }: Account,
): Promise<readonly ConversationId[]> {
  const rows = await prisma.membership.findMany({
    where: { tenantId, userId, conversation: { kind: 'channel' } },
    select: { conversationId: true },
  });
  return rows.map(({ conversationId }) => conversationId as ConversationId);
}

export async function insertList(
  tx: Transaction,
  { tenantId, userId }: Account,
  version: number,
  { bytes, signature }: SignedDeviceList,
): Promise<void> {
  await tx.deviceList.create({ data: { tenantId, userId, version, bytes, signature } });
}

export async function setListVersion(tx: Transaction, { tenantId, userId }: Account, version: number): Promise<void> {
  await tx.user.update({ where: { tenantId_id: { tenantId, id: userId } }, data: { listVersion: version } });
}

/** Stores new devices, each with an empty mailbox; false when an id belongs to another device of the tenant. */
export async function insertDevices(
  tx: Transaction,
  { tenantId, userId }: Account,
  devices: readonly Device[],
  now: Date,
): Promise<boolean> {
  if (devices.length === 0) return true;
  const { count } = await tx.device.createMany({
    skipDuplicates: true,
    data: devices.map((device) => ({
      tenantId,
      id: device.deviceId,
      userId,
      dhKey: device.dhKey,
      signKey: device.signKey,
      registrationId: device.registrationId,
      addedIn: device.addedIn,
      createdAt: now,
    })),
  });
  if (count < devices.length) return false;
  await tx.mailbox.createMany({ data: devices.map(({ deviceId }) => ({ tenantId, deviceId })) });
  return true;
}

/** Deletes what devices could still use: sessions, prekeys, KeyPackages, mailboxes, links. Their ids stay known. */
export async function removeDevices(
  tx: Transaction,
  tenantId: TenantId,
  deviceIds: readonly DeviceId[],
  now: Date,
): Promise<void> {
  if (deviceIds.length === 0) return;
  const where = { tenantId, deviceId: { in: [...deviceIds] } };
  await tx.$executeRaw`
    select 1 from mailboxes where tenant_id = ${tenantId}::uuid and device_id = any(${deviceIds}::uuid[])
    order by device_id for update`;
  await tx.mailbox.deleteMany({ where });
  await tx.session.deleteMany({ where });
  await tx.currentPreKey.deleteMany({ where });
  await tx.oneTimePreKey.deleteMany({ where });
  await tx.spentPreKey.deleteMany({ where });
  await tx.keyPackage.deleteMany({ where });
  await tx.lastResortKeyPackage.deleteMany({ where });
  await tx.spentKeyPackage.deleteMany({ where });
  await tx.link.deleteMany({ where });
  await tx.keyShare.deleteMany({ where });
  await tx.device.updateMany({ where: { tenantId, id: { in: [...deviceIds] } }, data: { removedAt: now } });
}

/** A sealed account key for one device. */
export interface KeyShareRow {
  readonly deviceId: DeviceId;
  readonly senderDeviceId: DeviceId;
  readonly envelope: Bytes;
}

/** Puts the account key for an account's devices in the place of what was there for any of them. */
export async function replaceKeyShares(
  tx: Transaction,
  { tenantId, userId }: Account,
  shares: readonly KeyShareRow[],
): Promise<void> {
  await tx.keyShare.deleteMany({ where: { tenantId, device: { userId } } });
  await tx.keyShare.createMany({ data: shares.map((share) => ({ tenantId, ...share })) });
}

/** Finds the account key that was sealed for a device, or null. */
export async function findKeyShare(
  prisma: PrismaClient,
  tenantId: TenantId,
  deviceId: DeviceId,
): Promise<KeyShareRow | null> {
  const row = await prisma.keyShare.findUnique({
    where: { tenantId_deviceId: { tenantId, deviceId } },
    select: { senderDeviceId: true, envelope: true },
  });
  return row && { deviceId, senderDeviceId: row.senderDeviceId as DeviceId, envelope: row.envelope };
}

/** Raises the device's checkpoint to `rev` and returns what it was before. */
export async function raiseCheckpoint(
  prisma: PrismaClient,
  tenantId: TenantId,
  deviceId: DeviceId,
  rev: number,
): Promise<number> {
  const [row] = await prisma.$queryRaw<{ before: bigint }[]>`
    with old as (
      select checkpoint_rev as before from devices
      where tenant_id = ${tenantId}::uuid and id = ${deviceId}::uuid for update)
    update devices set checkpoint_rev = greatest(checkpoint_rev, ${rev}) from old
    where tenant_id = ${tenantId}::uuid and id = ${deviceId}::uuid returning old.before`;
  return Number(row?.before ?? 0);
}
