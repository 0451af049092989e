import type { Sql } from 'postgres';
import type { UsageDelta } from '../usage/store.ts';
import { addUsage } from '../usage/store.ts';
import { USAGE } from '../usage/names.ts';
import { jobsOf, type FollowUp } from './jobs.ts';
import { OUTBOX_KINDS } from './kinds.ts';
import { isOfMessages, takeRows, type OutboxRow } from './store.ts';

/** Does what follows from changes: takes rows of the outbox, adds their jobs to the queue and their usage to its tables. */
export interface Relay {
  /** There may be rows. */
  wake(): void;
  /** Waits for the rows that are being taken. */
  close(): Promise<void>;
}

/** Pauses of a relay, ms. */
export interface RelayPauses {
  /** After rows were taken: what comes meanwhile shares jobs and statements. */
  readonly collect: number;
  /** The longest that rows lie which nobody told of. */
  readonly sweep: number;
}

export const RELAY_PAUSES: RelayPauses = { collect: 1_000, sweep: 5_000 };
/** Rows that one transaction takes. */
const AT_ONCE = 200;

/**
 * Starts a relay. Any number may run on one database: each takes rows that no other has. Usage is counted in the transaction
 * that deletes the rows, so exactly once; jobs are added before it commits, so at least once.
 */
export function createRelay(deps: {
  readonly sql: Sql;
  /** Resolves when the queue has the jobs. */
  readonly addJobs: (jobs: readonly FollowUp[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly pauses?: RelayPauses | undefined;
}): Relay {
  const { sql, addJobs, onError, pauses = RELAY_PAUSES } = deps;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let ranAt = Number.NEGATIVE_INFINITY;
  let dueAt = Number.POSITIVE_INFINITY;
  let isClosed = false;

  function schedule(pause: number): void {
    const at = Math.max(performance.now() + pause, ranAt + pauses.collect);
    if (isClosed || running !== null || at >= dueAt) return;
    if (timer !== null) clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(run, at - performance.now());
    timer.unref();
  }

  function run(): void {
    dueAt = Number.POSITIVE_INFINITY;
    running = takeAll()
      .catch(onError)
      .then(() => {
        running = null;
        ranAt = performance.now();
        schedule(pauses.sweep);
      });
  }

  async function takeAll(): Promise<void> {
    for (;;) {
      const isLast = (await take()) < AT_ONCE;
      if (isLast || isClosed) return;
    }
  }

  async function take(): Promise<number> {
    return sql.begin(async (tx) => {
      const rows = await takeRows(tx, AT_ONCE);
      if (rows.length === 0) return 0;
      const jobs = jobsOf(rows);
      if (jobs.length > 0) await addJobs(jobs);
      await addUsage(tx, rows.flatMap(usageOf));
      return rows.length;
    });
  }

  schedule(0);
  return {
    wake: () => schedule(0),
    async close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}

function usageOf(row: OutboxRow): readonly UsageDelta[] {
  const at = row.createdAt;
  if (row.kind === OUTBOX_KINDS.usage) {
    return row.tenantIds.map((tenantId, i) => ({ tenantId, at, metric: row.metrics[i]!, amount: row.amounts[i]! }));
  }
  if (!isOfMessages(row)) return [];
  return row.tenantIds.flatMap((tenantId, i) => [
    { tenantId, at, metric: USAGE.messages, amount: row.toSeqs[i]! - row.fromSeqs[i]! + 1 },
    { tenantId, at, metric: USAGE.messageBytes, amount: row.amounts[i]! },
  ]);
}
