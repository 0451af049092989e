import type { Sql } from 'postgres';
import type { TenantId } from '@seal-chat/protocol';

/** What processes count some time after the calls that it is about. No call writes there itself: see `tenants.test.ts`. */
export const COUNTED_LATER = [
  'active_days',
  'active_keys',
  'usage_connections',
  'usage_days',
  'usage_hours',
  'usage_latencies',
  'waiting',
];
const COUNTED = ['rate_counters', ...COUNTED_LATER];

/** A hash of each other table's rows of a tenant. */
export async function fingerprint(sql: Sql, tenantId: TenantId): Promise<Readonly<Record<string, string>>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'tenant_id' and table_name <> all(${COUNTED}) order by 1`;
  const hashes = tables.map(async ({ name }) => {
    const [row] = await sql<{ hash: string }[]>`
      select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as hash
      from ${sql(name)} t where tenant_id = ${tenantId}`;
    return [name, row!.hash] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
}
