/** Buckets of a latency: the first ends at 0.1 ms, each further one 1.2 times as far, the last has no end (at 8.1 s). */
export const BUCKETS = 64;
const FIRST_MS = 0.1;
const FACTOR = 1.2;

/** Finds the bucket of a latency, from 0. */
export function bucketOf(ms: number): number {
  if (ms <= FIRST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / FIRST_MS) / Math.log(FACTOR)));
}
