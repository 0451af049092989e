import type { FollowUp } from '../outbox/jobs.ts';
import type { QueueBackend } from './backend.ts';

/** The queue of what follows from changes, as the relay finds them in the outbox. */
export interface Fanout {
  /** Resolves when the queue has the jobs; those it has already, by id, are left out. */
  add(jobs: readonly FollowUp[]): Promise<void>;
  /** Jobs that failed for good, which are kept for two weeks. */
  failed(): Promise<number>;
  /** Jobs that are due and not begun. */
  waiting(): Promise<number>;
  /** Waits for the jobs under way. */
  close(): Promise<void>;
}

/** What does jobs, by their names. Each may be called again with what it has done. */
export type FollowUpHandlers = {
  readonly [Name in FollowUp['name']]: (data: Extract<FollowUp, { name: Name }>['data']) => Promise<void>;
};

const QUEUE = 'fanout';
const CONCURRENCY = 4;
/** A job that fails is tried again for some 17 minutes, then kept to be looked at; s. */
const OPTIONS = {
  attempts: 11,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: { age: 3_600, count: 1_000 },
  removeOnFail: { age: 14 * 86_400 },
};

/** Opens the queue, and begins to work on it. */
export async function startFanout(deps: {
  readonly backend: QueueBackend;
  readonly handlers: FollowUpHandlers;
  readonly onDone?: (outcome: 'ok' | 'failed') => void;
  readonly onError: (error: unknown) => void;
}): Promise<Fanout> {
  const { backend, handlers, onDone = () => undefined, onError } = deps;
  const queue = backend.openQueue(QUEUE);
  queue.on('error', onError);
  await queue.waitUntilReady();
  const worker = backend.openWorker(
    QUEUE,
    async ({ name, data }) => {
      await handlers[name as FollowUp['name']](data as never);
      onDone('ok');
    },
    { concurrency: CONCURRENCY },
  );
  worker.on('error', onError);
  worker.on('failed', (_job, error) => {
    onDone('failed');
    onError(error);
  });
  await worker.waitUntilReady();
  return {
    async add(jobs) {
      await queue.addBulk(jobs.map(({ name, id, data }) => ({ name, data, opts: { ...OPTIONS, jobId: id } })));
    },
    failed: () => queue.getFailedCount(),
    waiting: () => queue.getWaitingCount(),
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}
