import { createPostgresBackend, Queue, Worker } from 'bullmq';
import { PURGE_MS } from './purges.ts';

/** The queue of jobs that the processes on one database share, each done by one of them. */
export interface Maintenance {
  /** Rejects when the queue does not answer. */
  ready(): Promise<void>;
  /** Waits for the job under way. */
  close(): Promise<void>;
}

/** Pauses between runs of the repeated jobs, ms. */
export interface JobIntervals {
  readonly purge: number;
  /** An expired message is emptied at most this much later; until then reading it returns no body. */
  readonly expire: number;
}

const INTERVALS: JobIntervals = { purge: PURGE_MS, expire: 15_000 };

const QUEUE = 'maintenance';
const PURGE = 'purge';
const EXPIRE = 'expire';
/** Finished and failed jobs that are kept for inspection. */
const KEEP = { removeOnComplete: 10, removeOnFail: 50 };

/** Starts working on the queue, and schedules the repeated jobs. The queue migrates its own schema. */
export async function startMaintenance(deps: {
  readonly url: string;
  readonly purge: () => Promise<void>;
  /** Ends messages that are due. */
  readonly expire: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Those that differ from the usual ones. */
  readonly intervals?: Partial<JobIntervals> | undefined;
}): Promise<Maintenance> {
  const { url, purge, expire, onError } = deps;
  const every = { ...INTERVALS, ...deps.intervals };
  const connection = { connectionString: url, migrate: true, max: 2, application_name: 'seal-queue' };
  const queue = new Queue(QUEUE, { connection }, createPostgresBackend);
  queue.on('error', onError);
  await queue.waitUntilReady();
  await queue.upsertJobScheduler(PURGE, { every: every.purge }, { name: PURGE, opts: KEEP });
  await queue.upsertJobScheduler(EXPIRE, { every: every.expire }, { name: EXPIRE, opts: KEEP });
  const worker = new Worker(
    QUEUE,
    ({ name }) => (name === EXPIRE ? expire() : purge()),
    { connection },
    createPostgresBackend,
  );
  worker.on('error', onError);
  worker.on('failed', (_job, error) => onError(error));
  await worker.waitUntilReady();
  return {
    async ready() {
      await queue.getWaitingCount();
    },
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}
