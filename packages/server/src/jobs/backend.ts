import { createPostgresBackend, Queue, Worker, type Processor, type WorkerOptions } from 'bullmq';
import { inSpan } from '../tracing/spans.ts';

/** Where queues live. */
export type QueuePlace =
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string };

/** What is asked of a queue, whatever it is on. */
export type JobQueue = Pick<
  Queue,
  | 'add'
  | 'addBulk'
  | 'close'
  | 'getFailedCount'
  | 'getJobSchedulersCount'
  | 'getWaitingCount'
  | 'retryJobs'
  | 'upsertJobScheduler'
  | 'waitUntilReady'
> & { on(event: 'error', listener: (error: Error) => void): unknown };

/** What is asked of a worker, whatever its queue is on. */
export type JobWorker = Pick<Worker, 'close' | 'waitUntilReady'> & {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: { readonly name: string } | undefined, error: Error) => void): unknown;
};

/** Opens queues and workers of one place. Both want an `error` listener and are closed by the caller. */
export interface QueueBackend {
  openQueue(name: string): JobQueue;
  openWorker(name: string, work: Processor, options?: Pick<WorkerOptions, 'concurrency'>): JobWorker;
}

/** Runs jobs in spans, where there are spans. */
function traced(queue: string, work: Processor): Processor {
  return (job, ...rest) =>
    inSpan(
      'job',
      () => ({ 'seal.queue': queue, 'seal.job': job.name }),
      async () => work(job, ...rest),
      { links: [] },
    );
}

/** A worker that is silent for this long has died, and its jobs are taken over, ms. */
const LOCK_MS = 30_000;
const COMMAND_TIMEOUT_MS = 5_000;
const MAX_RECONNECT_PAUSE_MS = 20_000;

/** The queue of PostgreSQL migrates its own schema. @param lockMs a worker that is silent for this long has died */
export function createQueueBackend(place: QueuePlace, lockMs = LOCK_MS): QueueBackend {
  const common = { lockDuration: lockMs, stalledInterval: lockMs, maxStalledCount: 3 };
  if (place.kind === 'postgres') {
    // With the one that each worker listens on, four for each queue.
    const connectionOf = (max: number) => ({
      connectionString: place.url,
      migrate: true,
      max,
      application_name: 'seal-queue',
    });
    return {
      openQueue: (name) => new Queue(name, { connection: connectionOf(1) }, createPostgresBackend),
      openWorker: (name, work, options) =>
        new Worker(
          name,
          traced(name, work),
          { connection: connectionOf(2), ...common, ...options },
          createPostgresBackend,
        ),
    };
  }
  // The braces keep all keys in one slot of a cluster.
  const prefix = `{${place.prefix}}`;
  const connection = {
    url: place.url,
    retryStrategy: (times: number) => Math.min(MAX_RECONNECT_PAUSE_MS, 50 * 2 ** Math.min(times, 10)),
  };
  // Who adds a job is told at once that it cannot be; who works on them waits for as long as it takes.
  const failing = { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MS };
  return {
    openQueue: (name) => new Queue(name, { connection: { ...connection, ...failing }, prefix }),
    openWorker: (name, work, options) =>
      new Worker(name, traced(name, work), {
        connection: { ...connection, maxRetriesPerRequest: null },
        prefix,
        ...common,
        ...options,
      }),
  };
}
