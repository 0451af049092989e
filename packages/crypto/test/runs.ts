/**
 * How often a property is tried: `usual` times, multiplied by the environment variable `SEAL_RUNS`. A nightly run sets
 * it to 20; a mutation run, which repeats every test for every mutant, to 0.1.
 */
export function runs(usual: number): { readonly numRuns: number } {
  return { numRuns: Math.max(1, Math.round(usual * Number(process.env['SEAL_RUNS'] ?? 1))) };
}
