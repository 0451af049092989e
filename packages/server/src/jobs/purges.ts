import { recountStorage } from '../attachments/storage-quota.ts';
import { forgetGuests } from './guests.ts';
import { deleteOldLists, deleteSpentKeys, deleteWelcomes } from './key-material.ts';
import type { Purge, PurgeContext } from './purge.ts';
import { boundMailboxes, emptyClosedMailboxes } from './mailboxes.ts';
import { emptyOldMessages } from './retention.ts';
import { purgeExpired } from './store.ts';
import { deleteOldUsage } from '../usage/store.ts';
import { deleteFetched } from '../waiting/store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every purge; docs/OPERATIONS.md says what each deletes. */
export const PURGES: readonly Purge[] = [
  { name: 'expired', everyMs: 10 * MINUTE_MS, run: ({ sql, now }) => purgeExpired(sql, now) },
  { name: 'closed-mailboxes', everyMs: 10 * MINUTE_MS, run: ({ sql }) => emptyClosedMailboxes(sql) },
  { name: 'storage', everyMs: 10 * MINUTE_MS, run: ({ sql }) => recountStorage(sql) },
  { name: 'waiting', everyMs: 10 * MINUTE_MS, run: ({ sql }) => deleteFetched(sql) },
  { name: 'mailboxes', everyMs: HOUR_MS, run: boundMailboxes },
  { name: 'messages', everyMs: HOUR_MS, run: emptyOldMessages },
  { name: 'welcomes', everyMs: HOUR_MS, run: ({ sql }) => deleteWelcomes(sql) },
  { name: 'spent-keys', everyMs: DAY_MS, run: ({ sql }) => deleteSpentKeys(sql) },
  { name: 'device-lists', everyMs: DAY_MS, run: ({ sql, now }) => deleteOldLists(sql, now) },
  { name: 'guests', everyMs: DAY_MS, run: forgetGuests },
  { name: 'usage', everyMs: DAY_MS, run: ({ sql, now }) => deleteOldUsage(sql, now) },
];

/** How often `runPurges` is called, ms. */
export const PURGE_MS = 10 * MINUTE_MS;

/**
 * Runs the purges that are due, when it is called every `tickMs`. Which are due follows from the time alone, so processes need
 * not tell each other; one that is run twice finds nothing the second time. One that fails does not keep the others.
 * @throws AggregateError with what failed
 */
export async function runPurges(context: PurgeContext, tickMs: number): Promise<void> {
  const errors: unknown[] = [];
  for (const { everyMs, run } of PURGES) {
    if (!isDue(context.now, everyMs, tickMs)) continue;
    await run(context).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw new AggregateError(errors, 'purges failed');
}

/** Whether a period of `everyMs` began since the tick before last: ticks are never quite on time. */
function isDue(now: number, everyMs: number, tickMs: number): boolean {
  return Math.floor(now / everyMs) > Math.floor((now - 2 * tickMs) / everyMs);
}
