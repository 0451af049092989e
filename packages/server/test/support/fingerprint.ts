import type { Sql } from 'postgres';
import type { TenantId } from '@seal-chat/protocol';

/** A hash of each table's rows of a tenant; counters of its calls are written when they are due. */
export async function fingerprint(sql: Sql, tenantId: TenantId): Promise<Readonly<Record<string, string>>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'tenant_id' and table_name <> 'rate_counters' order by 1`;
  const hashes = tables.map(async ({ name }) => {
    const [row] = await sql<{ hash: string }[]>`
      select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as hash
      from ${sql(name)} t where tenant_id = ${tenantId}`;
    return [name, row!.hash] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
}
