import type { Bytes, DeviceId, TenantId } from '@seal-chat/protocol';
import type { Sql, TransactionSql } from 'postgres';
import type { Transaction } from '../../db/transaction.ts';
import type { Queries } from '../store.ts';

/** The device whose KeyPackages are meant. */
export interface Holder {
  readonly tenantId: TenantId;
  readonly deviceId: DeviceId;
}

export interface StoredKeyPackage {
  readonly ref: Bytes;
  readonly bytes: Bytes;
}

/** Keeps two uploads of one device from passing each other. False when the device was removed. */
export async function lockHolder(tx: TransactionSql, { tenantId, deviceId }: Holder): Promise<boolean> {
  const rows = await tx`
    select 1 from devices
    where tenant_id = ${tenantId} and id = ${deviceId} and removed_at is null for no key update`;
  return rows.length > 0;
}

/** Finds the one-time KeyPackages in stock, oldest first. */
export async function findStock(sql: Queries, { tenantId, deviceId }: Holder): Promise<readonly StoredKeyPackage[]> {
  return sql<StoredKeyPackage[]>`
    select ref, bytes from key_packages
    where tenant_id = ${tenantId} and device_id = ${deviceId} order by created_at, ref`;
}

export async function findLastResort(sql: Queries, { tenantId, deviceId }: Holder): Promise<StoredKeyPackage | null> {
  const [row] = await sql<StoredKeyPackage[]>`
    select ref, bytes from last_resort_key_packages where tenant_id = ${tenantId} and device_id = ${deviceId}`;
  return row ?? null;
}

/** Finds those of `refs` that were handed out or replaced before. */
export async function findSpent(
  sql: Queries,
  { tenantId, deviceId }: Holder,
  refs: readonly Bytes[],
): Promise<readonly Bytes[]> {
  const rows = await sql<{ ref: Bytes }[]>`
    select ref from spent_key_packages
    where tenant_id = ${tenantId} and device_id = ${deviceId} and ref in (
      select decode(hex, 'hex') from unnest(${hexOf(refs)}::text[]) as wanted(hex))`;
  return rows.map(({ ref }) => ref);
}

export async function insertStock(
  tx: TransactionSql,
  { tenantId, deviceId }: Holder,
  keyPackages: readonly StoredKeyPackage[],
  now: Date,
): Promise<void> {
  await tx`
    insert into key_packages (tenant_id, device_id, ref, bytes, created_at)
    select ${tenantId}, ${deviceId}, decode(k.ref, 'hex'), decode(k.bytes, 'hex'), ${now}
    from unnest(${hexOf(keyPackages.map(({ ref }) => ref))}::text[],
      ${hexOf(keyPackages.map(({ bytes }) => bytes))}::text[]) as k(ref, bytes)`;
}

/** Inserts the KeyPackages of a device that has just been inserted, in the same transaction. */
export async function insertFirst(
  tx: Transaction,
  { tenantId, deviceId }: Holder,
  stock: { readonly oneTime: readonly StoredKeyPackage[]; readonly lastResort: StoredKeyPackage | null },
  createdAt: Date,
): Promise<void> {
  const rowOf = ({ ref, bytes }: StoredKeyPackage) => ({ tenantId, deviceId, ref, bytes, createdAt });
  await tx.keyPackage.createMany({ data: stock.oneTime.map(rowOf) });
  if (stock.lastResort !== null) await tx.lastResortKeyPackage.create({ data: rowOf(stock.lastResort) });
}

/** Takes everything but `keep` out of stock; like what was claimed, it is never accepted again. */
export async function discardOthers(
  tx: TransactionSql,
  { tenantId, deviceId }: Holder,
  keep: readonly Bytes[],
): Promise<void> {
  await tx`
    with discarded as (
      delete from key_packages
      where tenant_id = ${tenantId} and device_id = ${deviceId} and ref not in (
        select decode(hex, 'hex') from unnest(${hexOf(keep)}::text[]) as kept(hex))
      returning tenant_id, device_id, ref)
    insert into spent_key_packages (tenant_id, device_id, ref) select tenant_id, device_id, ref from discarded
    on conflict do nothing`;
}

/** Puts a KeyPackage in the place of the last-resort one; that one is spent. */
export async function setLastResort(
  tx: TransactionSql,
  { tenantId, deviceId }: Holder,
  { ref, bytes }: StoredKeyPackage,
  now: Date,
): Promise<void> {
  await tx`
    insert into spent_key_packages (tenant_id, device_id, ref)
    select tenant_id, device_id, ref from last_resort_key_packages
    where tenant_id = ${tenantId} and device_id = ${deviceId}
    on conflict do nothing`;
  await tx`
    insert into last_resort_key_packages (tenant_id, device_id, ref, bytes, created_at)
    values (${tenantId}, ${deviceId}, ${ref}, ${bytes}, ${now})
    on conflict (tenant_id, device_id) do update set
      ref = excluded.ref, bytes = excluded.bytes, created_at = excluded.created_at`;
}

/**
 * Takes one KeyPackage made after `notBefore` from a device's stock, the oldest that no other call is taking, or the
 * last-resort one when there is none. What is taken is deleted and remembered as spent in one statement, so no one gets
 * it twice, whatever happens to the answer.
 */
export async function takeKeyPackage(sql: Sql, { tenantId, deviceId }: Holder, notBefore: Date): Promise<Bytes | null> {
  const [row] = await sql<{ bytes: Bytes }[]>`
    with taken as (
      delete from key_packages
      where tenant_id = ${tenantId} and device_id = ${deviceId} and ref = (
        select ref from key_packages
        where tenant_id = ${tenantId} and device_id = ${deviceId} and created_at > ${notBefore}
        order by created_at, ref limit 1 for update skip locked)
      returning tenant_id, device_id, ref, bytes
    ), spent as (
      insert into spent_key_packages (tenant_id, device_id, ref) select tenant_id, device_id, ref from taken
      on conflict do nothing
    ), given as (
      select bytes from taken
      union all
      select bytes from last_resort_key_packages
      where tenant_id = ${tenantId} and device_id = ${deviceId} and created_at > ${notBefore}
        and not exists (select from taken))
    select bytes from given`;
  return row?.bytes ?? null;
}

/** Byte strings as text: the driver has no form of its own for arrays of them. */
function hexOf(values: readonly Bytes[]): string[] {
  return values.map((value) => Buffer.from(value).toString('hex'));
}
