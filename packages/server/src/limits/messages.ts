import type { TenantId, UserId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { counterKey, rateLimited } from './durable.ts';

const WINDOW_MS = 60_000;
const FLUSH_MS = 1_000;
/** Windows kept after they ended, before they are dropped. */
const MAX_COUNTERS = 50_000;

interface Counter {
  /** End of the minute that is counted, ms. */
  endsAt: number;
  /** Uses that every process knows of, this one's included. */
  shared: number;
  /** Uses here that the table has not been told of. */
  unsaved: number;
}

/** Messages by user and minute. Costs no statement per message: the shared table is updated every second. */
export interface MessageLimits {
  /** Counts a message. @throws SealError RATE_LIMITED with `retryAfterMs` */
  consume(tenantId: TenantId, userId: UserId, perMinute: number): void;
  /** Saves what the table has not been told of, and learns what other processes counted. */
  flush(): Promise<void>;
  /** Stops the timer and saves. */
  close(): Promise<void>;
}

export function createMessageLimits(deps: {
  readonly sql: Sql;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
  /** Is told of every refusal. */
  readonly onLimited?: (limit: 'messages') => void;
}): MessageLimits {
  const { sql, clock, onError, onLimited = () => undefined } = deps;
  const counters = new Map<string, Counter>();
  const unsaved = new Set<string>();
  const timer = setInterval(() => void flush().catch(onError), FLUSH_MS);
  timer.unref();

  function counterOf(key: string, now: number): Counter {
    const endsAt = (Math.floor(now / WINDOW_MS) + 1) * WINDOW_MS;
    let counter = counters.get(key);
    if (counter === undefined || counter.endsAt !== endsAt) {
      if (counters.size >= MAX_COUNTERS) dropEnded(now);
      counter = { endsAt, shared: 0, unsaved: 0 };
      counters.set(key, counter);
    }
    return counter;
  }

  function dropEnded(now: number): void {
    for (const [key, counter] of counters) if (counter.endsAt <= now) counters.delete(key);
  }

  async function flush(): Promise<void> {
    if (unsaved.size === 0) return;
    const rows = [...unsaved].map((key) => ({ key, counter: counters.get(key)! }));
    unsaved.clear();
    const sent = rows.map(({ counter }) => counter.unsaved);
    for (const { counter } of rows) counter.unsaved = 0;
    const totals = await sql<{ key: string; points: number; expire: number }[]>`
      select * from seal_count_messages(
        ${rows.map(({ key }) => key)}::text[], ${sent}::int[], ${rows.map(({ counter }) => counter.endsAt)}::bigint[])`;
    for (const { key, points, expire } of totals) {
      const counter = counters.get(key);
      if (counter?.endsAt === expire) counter.shared = Math.max(counter.shared, points + counter.unsaved);
    }
  }

  return {
    consume(tenantId, userId, perMinute) {
      const now = clock();
      const key = counterKey(tenantId, 'messages', userId);
      const counter = counterOf(key, now);
      if (counter.shared >= perMinute) {
        onLimited('messages');
        throw rateLimited(counter.endsAt - now);
      }
      counter.shared++;
      counter.unsaved++;
      unsaved.add(key);
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
