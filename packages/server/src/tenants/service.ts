import { SealError, type TenantId } from '@seal-chat/protocol';
import type { PrismaClient } from '../generated/client.ts';
import { overrideRates, type Rates } from '../limits/rates.ts';
import { findPublishableKey } from './store.ts';

/** The tenant a request belongs to, and what it may use. */
export interface Tenant {
  readonly tenantId: TenantId;
  readonly rates: Rates;
}

/** Finds the tenant behind a publishable key. */
export interface Tenants {
  /**
   * @param origin the `Origin` header. Null comes from programs: browsers send one with every WebSocket and with every
   *   request across origins, so leaving it out opens nothing that a page could use.
   * @throws SealError UNKNOWN_APP_KEY or ORIGIN_NOT_ALLOWED
   */
  resolve(appKey: string | null, origin: string | null): Promise<Tenant>;
}

interface Entry {
  readonly tenant: Tenant | null;
  readonly allowedOrigins: readonly string[];
  readonly readAt: number;
}

/** A changed key or limit takes effect within this time, ms. */
const CACHE_MS = 10_000;
const CACHE_SIZE = 10_000;
/** What a publishable key can be at all. */
const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;

export function createTenants(deps: {
  readonly prisma: PrismaClient;
  readonly rates: Rates;
  readonly clock: () => number;
}): Tenants {
  const { prisma, rates, clock } = deps;
  const cache = new Map<string, Entry>();

  async function entryOf(appKey: string): Promise<Entry> {
    const cached = cache.get(appKey);
    if (cached !== undefined && clock() - cached.readAt < CACHE_MS) return cached;
    const row = await findPublishableKey(prisma, appKey);
    const tenant = row && { tenantId: row.tenantId, rates: overrideRates(rates, row.limits) };
    const entry = { tenant, allowedOrigins: row?.allowedOrigins ?? [], readAt: clock() };
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(appKey, entry);
    return entry;
  }

  return {
    async resolve(appKey, origin) {
      if (appKey === null || !KEY_PATTERN.test(appKey)) throw new SealError('UNKNOWN_APP_KEY');
      const { tenant, allowedOrigins } = await entryOf(appKey);
      if (tenant === null) throw new SealError('UNKNOWN_APP_KEY');
      if (origin !== null && !allowedOrigins.includes(origin) && !allowedOrigins.includes('*')) {
        throw new SealError('ORIGIN_NOT_ALLOWED');
      }
      return tenant;
    },
  };
}
