import type { RetiredDevice } from '../store/rows.ts';

/**
 * Devices that left an account and are remembered: more than a server that follows the protocol lets leave in the day
 * for which their last messages are taken (20 versions of a list, of 20 devices each).
 */
const MOST_RETIRED = 512;

/** The newest of `retired`, which are the last. */
export function newestRetired(retired: readonly RetiredDevice[]): readonly RetiredDevice[] {
  return retired.slice(-MOST_RETIRED);
}
