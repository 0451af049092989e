import type { QueueBackend } from './backend.ts';
import { ROLL_UP_MS } from '../usage/roll-up.ts';
import { PURGE_MS } from './purges.ts';

/** The queue of jobs that the processes on one database share, each done by one of them. */
export interface Maintenance {
  /** Rejects when the queue does not answer. */
  ready(): Promise<void>;
  /** Jobs that failed for good, which are kept for two weeks. */
  failed(): Promise<number>;
  /** Jobs that are due and not begun. */
  waiting(): Promise<number>;
  /** Waits for the job under way. */
  close(): Promise<void>;
}

/** The repeated jobs. */
export type RepeatedJob = keyof JobIntervals;

/** Pauses between runs of the repeated jobs, ms. */
export interface JobIntervals {
  readonly purge: number;
  /** An expired message is emptied at most this much later; until then reading it returns no body. */
  readonly expire: number;
  /** What is known of days alone, of the present day too. */
  readonly usage: number;
  /** What was lost with a queue is found again at a start, and at most this much later. */
  readonly reconcile: number;
}

const INTERVALS: JobIntervals = {
  purge: PURGE_MS,
  expire: 15_000,
  usage: ROLL_UP_MS,
  reconcile: 24 * 3_600_000,
};

const QUEUE = 'maintenance';
/** A job that fails is tried again, then kept for inspection; s. */
const OPTIONS = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: 10,
  removeOnFail: { age: 14 * 86_400 },
};
/** How often is looked whether the repeated jobs are still scheduled: a Redis may have lost them, ms. */
const LOOK_MS = 60_000;

/** Starts working on the queue, and schedules the repeated jobs. */
export async function startMaintenance(deps: {
  readonly backend: QueueBackend;
  readonly work: Readonly<Record<RepeatedJob, () => Promise<void>>>;
  readonly onDone?: (outcome: 'ok' | 'failed') => void;
  readonly onError: (error: unknown) => void;
  /** Pause between looks whether the repeated jobs are scheduled, ms. */
  readonly lookMs?: number | undefined;
  /** Those that differ from the usual ones. */
  readonly intervals?: Partial<JobIntervals> | undefined;
}): Promise<Maintenance> {
  const { backend, work, onDone = () => undefined, onError, lookMs = LOOK_MS } = deps;
  const every = { ...INTERVALS, ...deps.intervals };
  const names = Object.keys(work) as RepeatedJob[];
  const queue = backend.openQueue(QUEUE);
  queue.on('error', onError);
  await queue.waitUntilReady();
  await scheduleAll();

  async function scheduleAll(): Promise<void> {
    for (const name of names) {
      await queue.upsertJobScheduler(name, { every: every[name] }, { name, opts: OPTIONS });
    }
  }

  async function scheduleAgain(): Promise<void> {
    if ((await queue.getJobSchedulersCount()) < names.length) await scheduleAll();
  }

  const worker = backend.openWorker(QUEUE, async ({ name }) => {
    await work[name as RepeatedJob]();
    onDone('ok');
  });
  worker.on('error', onError);
  worker.on('failed', (_job, error) => {
    onDone('failed');
    onError(error);
  });
  await worker.waitUntilReady();
  const timer = setInterval(() => void scheduleAgain().catch(onError), lookMs);
  timer.unref();
  return {
    async ready() {
      await queue.getWaitingCount();
    },
    failed: () => queue.getFailedCount(),
    waiting: () => queue.getWaitingCount(),
    async close() {
      clearInterval(timer);
      await worker.close();
      await queue.close();
    },
  };
}
