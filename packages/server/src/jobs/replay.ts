import { JOB_QUEUES, type JobQueueName } from '../metrics/names.ts';
import type { QueueBackend } from './backend.ts';

/** Has jobs that failed for good tried again, as often as new ones. @returns how many, by queue */
export async function replayFailed(backend: QueueBackend): Promise<ReadonlyMap<JobQueueName, number>> {
  const replayed = new Map<JobQueueName, number>();
  for (const name of JOB_QUEUES) {
    const queue = backend.openQueue(name);
    // What goes wrong is thrown by the calls below, too.
    queue.on('error', () => undefined);
    try {
      await queue.waitUntilReady();
      replayed.set(name, await queue.getFailedCount());
      await queue.retryJobs({ state: 'failed' });
    } finally {
      await queue.close();
    }
  }
  return replayed;
}
