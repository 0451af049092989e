/** Median, smallest and largest of the rounds of one measurement. */
export interface Sample {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Value below which the fraction `p` (0 to 1) of `sorted` lies, by nearest rank. `sorted` is ascending and not empty. */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  const rank = Math.ceil(p * sorted.length) - 1;
  return sorted[Math.min(Math.max(rank, 0), sorted.length - 1)]!;
}

/** Summary of `values`, one for each round. @throws RangeError when there are none. */
export function summarize(values: readonly number[]): Sample {
  if (values.length === 0) throw new RangeError('summarize: no values');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}
