import { createQueueBackend, type QueuePlace } from './jobs/backend.ts';
import { startFanout } from './jobs/fanout.ts';
import { hintKeys } from './jobs/key-hints.ts';
import { startMaintenance, type JobIntervals } from './jobs/maintenance.ts';
import { PURGE_MS, runPurges } from './jobs/purges.ts';
import { expireMessages } from './jobs/store.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { Rates } from './limits/rates.ts';
import { createRelay, type RelayPauses } from './outbox/relay.ts';
import { readBacklog } from './outbox/store.ts';
import { rollUp } from './usage/roll-up.ts';
import { noteMissing, noteWaiting } from './waiting/store.ts';

/** What a process does of what nobody waits for. */
export interface Workers {
  /** Rejects when the queue does not answer. */
  ready(): Promise<void>;
  /** Waits for the jobs under way. */
  close(): Promise<void>;
}

/** Starts the repeated jobs, the relay of the outbox and what its jobs are done by. */
export async function startWorkers(options: {
  readonly infrastructure: Infrastructure;
  readonly place: QueuePlace;
  readonly rates: Rates;
  readonly intervals?: Partial<JobIntervals> | undefined;
  readonly relayPauses?: RelayPauses | undefined;
}): Promise<Workers> {
  const { infrastructure, place, rates, intervals, relayPauses } = options;
  const { jobs, ops, bus, audience, metrics, clock, onError } = infrastructure;
  const backend = createQueueBackend(place);
  const maintenance = await startMaintenance({
    backend,
    work: {
      purge: () => runPurges({ sql: jobs, now: clock(), rates }, PURGE_MS),
      expire: () => expireMessages(jobs, clock()),
      usage: () => rollUp(jobs, clock()),
      reconcile: () => noteMissing(jobs),
    },
    onDone: (outcome) => metrics.countJob('maintenance', outcome),
    onError,
    intervals,
  });
  const fanout = await startFanout({
    backend,
    handlers: {
      waiting: ({ ranges }) => noteWaiting(ops, ranges),
      'key-hints': ({ devices }) => hintKeys({ sql: ops, audience }, devices),
    },
    onDone: (outcome) => metrics.countJob('fanout', outcome),
    onError,
  });
  const relay = createRelay({ sql: ops, addJobs: fanout.add, onError, pauses: relayPauses });
  bus.listen(({ kind }) => {
    if (kind === 'outbox') relay.wake();
  });
  for (const [queue, { waiting, failed }] of Object.entries({ maintenance, fanout })) {
    metrics.watch('seal_jobs_waiting', waiting, queue);
    metrics.watch('seal_jobs_failed', failed, queue);
  }
  metrics.watch('seal_outbox_rows', async () => (await readBacklog(ops)).rows);
  metrics.watch('seal_outbox_age_seconds', async () => (await readBacklog(ops)).ageSeconds);
  return {
    async ready() {
      await maintenance.ready();
    },
    async close() {
      await relay.close();
      await Promise.all([maintenance.close(), fanout.close()]);
    },
  };
}
