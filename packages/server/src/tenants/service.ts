import { SealError, type TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { tooMany } from '../fairness/turns.ts';
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
   * @throws SealError UNKNOWN_APP_KEY or ORIGIN_NOT_ALLOWED; UNAVAILABLE while too many unknown keys are asked for
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
/** Keys that are kept. Unknown ones are kept apart, so that guesses push out no one else's. */
const KNOWN_SIZE = 10_000;
const UNKNOWN_SIZE = 10_000;
/** Unknown keys that are looked up at once; further ones are told to come again. */
const UNKNOWN_AT_ONCE = 8;
/** What a publishable key can be at all. */
const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;

export function createTenants(deps: {
  readonly functions: Sql;
  readonly rates: Rates;
  readonly clock: () => number;
}): Tenants {
  const { functions, rates, clock } = deps;
  const known = new Map<string, Entry>();
  const unknown = new Map<string, Entry>();
  /** Look-ups under way: who asks for the same key meanwhile shares one. */
  const lookups = new Map<string, Promise<Entry>>();
  let newLookups = 0;

  async function lookUp(appKey: string): Promise<Entry> {
    const row = await findPublishableKey(functions, appKey);
    const tenant = row && { tenantId: row.tenantId, rates: overrideRates(rates, row.limits) };
    const entry = { tenant, allowedOrigins: row?.allowedOrigins ?? [], readAt: clock() };
    known.delete(appKey);
    unknown.delete(appKey);
    if (tenant === null) keep(unknown, UNKNOWN_SIZE, appKey, entry);
    else keep(known, KNOWN_SIZE, appKey, entry);
    return entry;
  }

  /** @throws SealError UNAVAILABLE when too many keys that were never seen are asked for */
  async function entryOf(appKey: string): Promise<Entry> {
    const cached = known.get(appKey) ?? unknown.get(appKey);
    if (cached !== undefined && Math.abs(clock() - cached.readAt) < CACHE_MS) return cached;
    const running = lookups.get(appKey);
    if (running !== undefined) return running;
    const isNew = !known.has(appKey);
    if (isNew && newLookups >= UNKNOWN_AT_ONCE) throw tooMany();
    if (isNew) newLookups++;
    const lookup = lookUp(appKey).finally(() => {
      lookups.delete(appKey);
      if (isNew) newLookups--;
    });
    lookups.set(appKey, lookup);
    return lookup;
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

/** Puts an entry at the end; the one that was put there first makes room. */
function keep(cache: Map<string, Entry>, size: number, appKey: string, entry: Entry): void {
  if (cache.size >= size) cache.delete(cache.keys().next().value!);
  cache.set(appKey, entry);
}
