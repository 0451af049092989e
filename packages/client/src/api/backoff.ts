const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** Timers for longer fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long to wait before attempt number `attempt` (0 = the first repetition): doubling, half of it by chance, ms. */
export function backoffDelay(attempt: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return full / 2 + (Math.random() * full) / 2;
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS));
    signal?.addEventListener('abort', done);
  });
}
