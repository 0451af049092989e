import type { Bytes, DeviceId, PreKeyKind, PublicPreKey, TenantId } from '@seal-chat/protocol';
import type { Transaction } from '../db/transaction.ts';
import type { PrismaClient } from '../generated/client.ts';

/** The device whose prekeys are meant. */
export interface PreKeyHolder {
  readonly tenantId: TenantId;
  readonly deviceId: DeviceId;
}

/** Kinds of which a device has a stock. */
export type OneTimeKind = Extract<PreKeyKind, 'oneTime' | 'kemOneTime'>;
/** Kinds of which a device has one, until it rotates. */
export type CurrentKind = Extract<PreKeyKind, 'signed' | 'kemLastResort'>;

interface KeyRow {
  readonly kind: PreKeyKind;
  readonly keyId: bigint;
  readonly publicKey: Bytes;
  readonly signature: Bytes;
}

/** Keeps two uploads of one device from passing each other. False when the device was removed. */
export async function lockDevice(tx: Transaction, { tenantId, deviceId }: PreKeyHolder): Promise<boolean> {
  const rows = await tx.$executeRaw`
    select 1 from devices
    where tenant_id = ${tenantId}::uuid and id = ${deviceId}::uuid and removed_at is null for update`;
  return rows > 0;
}

export async function findCurrent(
  prisma: PrismaClient | Transaction,
  { tenantId, deviceId }: PreKeyHolder,
): Promise<ReadonlyMap<PreKeyKind, PublicPreKey>> {
  const rows = await prisma.currentPreKey.findMany({ where: { tenantId, deviceId } });
  return new Map(rows.map((row) => [row.kind, toPreKey(row)]));
}

/** Finds the stock of a device, sorted by id. */
export async function findStock(
  prisma: PrismaClient | Transaction,
  { tenantId, deviceId }: PreKeyHolder,
): Promise<readonly (PublicPreKey & { readonly kind: PreKeyKind })[]> {
  const rows = await prisma.oneTimePreKey.findMany({ where: { tenantId, deviceId }, orderBy: { keyId: 'asc' } });
  return rows.map((row) => ({ kind: row.kind, ...toPreKey(row) }));
}

/** Finds the SHA-256 of the spent prekeys among `keyIds`, by id. */
export async function findSpent(
  tx: Transaction,
  { tenantId, deviceId }: PreKeyHolder,
  kind: PreKeyKind,
  keyIds: readonly number[],
): Promise<ReadonlyMap<number, Bytes>> {
  const rows = await tx.spentPreKey.findMany({
    where: { tenantId, deviceId, kind, keyId: { in: keyIds.map(BigInt) } },
    select: { keyId: true, digest: true },
  });
  return new Map(rows.map(({ keyId, digest }) => [Number(keyId), digest]));
}

export async function insertStock(
  tx: Transaction,
  { tenantId, deviceId }: PreKeyHolder,
  kind: OneTimeKind,
  keys: readonly PublicPreKey[],
): Promise<void> {
  await tx.oneTimePreKey.createMany({
    data: keys.map(({ keyId, publicKey, signature }) => ({
      tenantId,
      deviceId,
      kind,
      keyId: BigInt(keyId),
      publicKey,
      signature,
    })),
  });
}

export async function setCurrent(
  tx: Transaction,
  { tenantId, deviceId }: PreKeyHolder,
  kind: CurrentKind,
  { keyId, publicKey, signature }: PublicPreKey,
): Promise<void> {
  const values = { keyId: BigInt(keyId), publicKey, signature };
  await tx.currentPreKey.upsert({
    where: { tenantId_deviceId_kind: { tenantId, deviceId, kind } },
    create: { tenantId, deviceId, kind, ...values },
    update: values,
  });
}

/** Remembers prekeys that are never to be accepted again. */
export async function insertSpent(
  tx: Transaction,
  { tenantId, deviceId }: PreKeyHolder,
  kind: PreKeyKind,
  keyId: number,
  digest: Bytes,
): Promise<void> {
  await tx.spentPreKey.create({ data: { tenantId, deviceId, kind, keyId: BigInt(keyId), digest } });
}

/**
 * Takes one one-time prekey from a device's stock, the oldest that no other call is taking; null when there is none. It
 * is deleted and remembered as spent in one statement, so no one gets it twice, whatever happens to the answer.
 */
export async function takeOneTime(
  prisma: PrismaClient,
  { tenantId, deviceId }: PreKeyHolder,
  kind: OneTimeKind,
): Promise<PublicPreKey | null> {
  const [row] = await prisma.$queryRaw<{ key_id: bigint; public_key: Bytes; signature: Bytes }[]>`
    with taken as (
      delete from one_time_prekeys
      where tenant_id = ${tenantId}::uuid and device_id = ${deviceId}::uuid and kind = ${kind}::prekey_kind
        and key_id = (
          select key_id from one_time_prekeys
          where tenant_id = ${tenantId}::uuid and device_id = ${deviceId}::uuid and kind = ${kind}::prekey_kind
          order by key_id limit 1 for update skip locked)
      returning tenant_id, device_id, kind, key_id, public_key, signature
    ), spent as (
      insert into spent_prekeys (tenant_id, device_id, kind, key_id, digest)
      select tenant_id, device_id, kind, key_id, sha256(public_key) from taken
    )
    select key_id, public_key, signature from taken`;
  return row === undefined
    ? null
    : {
        keyId: Number(row.key_id),
        publicKey: Uint8Array.from(row.public_key),
        signature: Uint8Array.from(row.signature),
      };
}

/** Takes everything but `keep` out of a device's stock of one kind; like claimed keys, it is never accepted again. */
export async function discardOthers(
  tx: Transaction,
  { tenantId, deviceId }: PreKeyHolder,
  kind: OneTimeKind,
  keep: readonly number[],
): Promise<void> {
  await tx.$executeRaw`
    with discarded as (
      delete from one_time_prekeys
      where tenant_id = ${tenantId}::uuid and device_id = ${deviceId}::uuid and kind = ${kind}::prekey_kind
        and key_id <> all(${keep.map(BigInt)}::bigint[])
      returning tenant_id, device_id, kind, key_id, public_key
    )
    insert into spent_prekeys (tenant_id, device_id, kind, key_id, digest)
    select tenant_id, device_id, kind, key_id, sha256(public_key) from discarded`;
}

/** Finds those of `deviceIds` that the user has now, with their registration ids. */
export async function findDevicesOf(
  prisma: PrismaClient,
  tenantId: TenantId,
  userId: string,
  deviceIds: readonly DeviceId[],
): Promise<readonly { readonly deviceId: DeviceId; readonly registrationId: number }[]> {
  const rows = await prisma.device.findMany({
    where: { tenantId, userId, id: { in: [...deviceIds] }, removedAt: null },
    select: { id: true, registrationId: true },
  });
  return rows.map(({ id, registrationId }) => ({ deviceId: id as DeviceId, registrationId: Number(registrationId) }));
}

/** Finds the Ed25519 key of a device; null when it was removed. */
export async function findSignKey(prisma: PrismaClient, { tenantId, deviceId }: PreKeyHolder): Promise<Bytes | null> {
  const row = await prisma.device.findUnique({
    where: { tenantId_id: { tenantId, id: deviceId } },
    select: { signKey: true, removedAt: true },
  });
  return row === null || row.removedAt !== null ? null : row.signKey;
}

function toPreKey({ keyId, publicKey, signature }: KeyRow): PublicPreKey {
  return { keyId: Number(keyId), publicKey, signature };
}
