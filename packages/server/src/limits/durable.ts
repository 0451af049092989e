import { SealError, type TenantId } from '@seal-chat/protocol';
import type { TenantPool } from '../db/tenant-pool.ts';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

/** What is counted, and over which time in seconds. Windows begin with the first use. */
const WINDOWS = {
  challenge: 60,
  auth: 60,
  failedAuth: 300,
  claim: 60,
  claimFrom: 60,
  search: 60,
  deviceList: 86_400,
  accountKey: 86_400,
  link: 60,
  attachment: 60,
  channelChange: 60,
  claimKeyPackage: 60,
  claimKeyPackageFrom: 60,
} as const;

/** Name of a limit that is kept in the database. */
export type DurableLimit = keyof typeof WINDOWS;

/** Counters that survive restarts and are shared by all processes on one database. */
export interface DurableLimits {
  /**
   * Counts one use by `subject`, of at most `points` in the limit's window.
   * @throws SealError RATE_LIMITED with `retryAfterMs`
   */
  consume(limit: DurableLimit, tenantId: TenantId, subject: string, points: number): Promise<void>;
  /** As `consume`, but counts nothing: for limits that count failures. */
  check(limit: DurableLimit, tenantId: TenantId, subject: string, points: number): Promise<void>;
}

/**
 * One limiter for each limit and number of points. A caller over a limit is refused without asking the database.
 *
 * @param onLimited is told of every refusal
 */
export function createDurableLimits(
  pool: TenantPool,
  onLimited: (limit: DurableLimit) => void = () => undefined,
): DurableLimits {
  const limiters = new Map<string, RateLimiterPostgres>();

  function limiterOf(limit: DurableLimit, points: number): RateLimiterPostgres {
    const name = `${limit}:${points}`;
    let limiter = limiters.get(name);
    if (limiter === undefined) {
      limiter = new RateLimiterPostgres({
        storeClient: pool,
        storeType: 'pool',
        tableName: 'rate_counters',
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix: '',
        points,
        duration: WINDOWS[limit],
        inMemoryBlockOnConsumed: points + 1,
      });
      limiters.set(name, limiter);
    }
    return limiter;
  }

  return {
    async consume(limit, tenantId, subject, points) {
      try {
        await pool.within(tenantId, () => limiterOf(limit, points).consume(counterKey(tenantId, limit, subject)));
      } catch (rejection) {
        if (!(rejection instanceof RateLimiterRes)) throw rejection;
        onLimited(limit);
        throw rateLimited(rejection.msBeforeNext);
      }
    },

    async check(limit, tenantId, subject, points) {
      const key = counterKey(tenantId, limit, subject);
      const state = await pool.within(tenantId, () => limiterOf(limit, points).get(key));
      if (state === null || state.consumedPoints < points) return;
      onLimited(limit);
      throw rateLimited(state.msBeforeNext);
    },
  };
}

/** The database derives the row's tenant from the beginning of its key. */
export function counterKey(tenantId: TenantId, limit: string, subject: string): string {
  return `${tenantId}:${limit}:${subject}`;
}

/** The error of every limit. */
export function rateLimited(retryAfterMs: number): SealError {
  return new SealError('RATE_LIMITED', undefined, { retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) });
}
