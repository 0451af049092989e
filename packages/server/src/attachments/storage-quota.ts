import { SealError, type TenantId, type UserId } from '@seal-chat/protocol';
import type { Sql, TransactionSql } from 'postgres';
import type { Rates } from '../limits/rates.ts';
import { insertUpload, type Upload } from './store.ts';

/** Rows that a tenant's total is kept in: uploads that begin at once seldom wait for each other. */
const SHARDS = 16;

/**
 * Announces an upload that there is room for; one that was announced before has its room. What is announced counts whole,
 * whether its bytes have come or not.
 * @throws SealError QUOTA_EXCEEDED with `maxBytes`
 */
export async function reserve(
  sql: Sql,
  upload: Upload,
  createdAt: Date,
  quotas: Pick<Rates, 'storageBytesPerUser' | 'storageBytesPerTenant'>,
): Promise<void> {
  const { tenantId, userId, size } = upload;
  await sql.begin(async (tx) => {
    if (!(await insertUpload(tx, upload, createdAt))) return;
    const { storageBytesPerUser, storageBytesPerTenant } = quotas;
    if ((await bytesOf(tx, tenantId, userId)) > storageBytesPerUser) throw exceeded(storageBytesPerUser);
    if ((await addToTenant(tx, tenantId, size)) > storageBytesPerTenant) throw exceeded(storageBytesPerTenant);
  });
}

function exceeded(maxBytes: number): SealError {
  return new SealError('QUOTA_EXCEEDED', undefined, { maxBytes });
}

/** Adds up what one person has, bytes. */
async function bytesOf(tx: TransactionSql, tenantId: TenantId, userId: UserId): Promise<number> {
  const [row] = await tx<{ bytes: number }[]>`
    select coalesce(sum(size), 0)::float8 as bytes from attachments
    where tenant_id = ${tenantId} and user_id = ${userId}`;
  return row!.bytes;
}

/** Counts new bytes of a tenant. @returns all of them; those that were deleted since `recountStorage` are among them */
async function addToTenant(tx: TransactionSql, tenantId: TenantId, size: number): Promise<number> {
  const shard = Math.floor(Math.random() * SHARDS);
  await tx`
    insert into tenant_storage (tenant_id, shard, bytes) values (${tenantId}, ${shard}, ${size})
    on conflict (tenant_id, shard) do update set bytes = tenant_storage.bytes + excluded.bytes`;
  const [row] = await tx<{ bytes: number }[]>`
    select coalesce(sum(bytes), 0)::float8 as bytes from tenant_storage where tenant_id = ${tenantId}`;
  return row!.bytes;
}

/** Counts the files of every tenant again, so that what was deleted has its room again. */
export async function recountStorage(sql: Sql): Promise<void> {
  const tenants = await sql<{ id: TenantId }[]>`select distinct tenant_id as id from tenant_storage`;
  for (const { id } of tenants) {
    await sql.begin(async (tx) => {
      // All rows there can be: no upload begins meanwhile, and those that are beginning are waited for.
      await tx`
        insert into tenant_storage (tenant_id, shard, bytes) select ${id}, n, 0 from generate_series(0, ${SHARDS - 1}) n
        on conflict do nothing`;
      await tx`select from tenant_storage where tenant_id = ${id} order by shard for update`;
      await tx`
        update tenant_storage set bytes = case when shard = 0 then (
          select coalesce(sum(size), 0) from attachments where tenant_id = ${id}) else 0 end
        where tenant_id = ${id}`;
    });
  }
}
