import { setTimeout as delay } from 'node:timers/promises';

export interface RetryOptions {
  /** How often `work` runs at most; its last failure is thrown. */
  readonly attempts: number;
  /** Whether a failure undid everything, so that another attempt may succeed. */
  readonly isRetryable: (error: unknown) => boolean;
  /** Longest pause after the first failure, ms. It grows with each attempt, and its length is random below that. */
  readonly delayMs: number;
}

/**
 * Runs `work` until it succeeds. Random pauses keep two transactions that stopped each other from meeting again.
 *
 * @throws what `work` threw last, when it is not retryable or the attempts are used up
 */
export async function retrying<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { attempts, isRetryable, delayMs } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isRetryable(error)) throw error;
      await delay(attempt * delayMs * Math.random());
    }
  }
}
