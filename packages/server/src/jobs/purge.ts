import type { Sql } from 'postgres';
import type { Rates } from '../limits/rates.ts';

/** What a purge works with. */
export interface PurgeContext {
  readonly sql: Sql;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What holds for tenants that have nothing of their own. */
  readonly rates: Rates;
}

/** Deletes what is of no more use. Several processes may run one at once, and any may be cut off: the next goes on. */
export interface Purge {
  readonly name: string;
  /** Pause between two runs, ms. */
  readonly everyMs: number;
  readonly run: (context: PurgeContext) => Promise<void>;
}
