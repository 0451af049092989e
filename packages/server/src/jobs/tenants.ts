import type { TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { overrideRates, type Rates } from '../limits/rates.ts';

/** What holds for one tenant. */
export interface TenantRates {
  readonly tenantId: TenantId;
  readonly rates: Rates;
}

/** Finds every tenant, with what holds for it. */
export async function findTenants(sql: Sql, rates: Rates): Promise<readonly TenantRates[]> {
  const rows = await sql<{ id: TenantId; limits: unknown }[]>`select id, limits from tenants`;
  return rows.map(({ id, limits }) => ({ tenantId: id, rates: overrideRates(rates, limits) }));
}
