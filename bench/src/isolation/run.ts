import { HOW, rowsOf } from '../paired/calls.ts';
import type { PartResult } from '../report.ts';
import { withContenders } from './servers.ts';

/** What row-level security may cost. */
const BOUND = 0.97;

/** What row-level security costs: a server with it and one without, on one PostgreSQL. */
export function runIsolation(): Promise<PartResult> {
  return withContenders(async (held, free) => ({
    rows: await rowsOf(held, free, BOUND),
    notes: [
      HOW,
      'Without: the same server on the same PostgreSQL, as the owner of the tables. Its connections enter no role and are set to no tenant.',
    ],
  }));
}
