import type { Deps } from '../context/deps.ts';
import { gapsOf } from '../conversations/sequence.ts';
import type { confirmRemoval as confirm } from '../peers/removed-device.ts';
import { forgetOldSent } from '../send/forget-sent.ts';
import { LIST_ROWS } from '../store/list-rows.ts';
import type { RowPrefix } from '../store/rows.ts';
import { ROWS } from '../store/rows.ts';
import { checkForRollback } from './checkpoint.ts';
import { loadRepairs } from './load-repairs.ts';

/**
 * What is done about messages that could not be opened, a store that was put back, and lists that are held back. Most
 * devices never have one, so the code for it is loaded only where there are rows that wait for it. A load that fails is
 * OFFLINE, as a call that fails is: the rows stay, and the next round or connection tries again.
 */

/** See `rollback.ts`. @throws SealError DEVICE_CLONED, OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function healRollback(deps: Deps): Promise<void> {
  if (await checkForRollback(deps)) await (await loadRepairs()).recoverFromRollback(deps);
}

/** See `receive/undecryptable.ts`. @throws SealError OFFLINE when its code cannot be loaded */
export async function reopenMessages(deps: Deps): Promise<void> {
  if (await hasAny(deps, ROWS.allUndecryptable)) await (await loadRepairs()).reopenMessages(deps);
}

/** See `receive/undecryptable.ts`. @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function refetchSpoilt(deps: Deps): Promise<void> {
  if (await hasAny(deps, ROWS.allUndecryptable)) await (await loadRepairs()).refetchSpoilt(deps);
}

/** See `reread.ts`. @throws SealError OFFLINE when its code cannot be loaded */
export async function rereadUnsupported(deps: Deps): Promise<void> {
  if (await hasAny(deps, ROWS.allUnsupported)) await (await loadRepairs()).rereadUnsupported(deps);
}

/**
 * Requests retries and answers those of others.
 *
 * @returns when to look again, ms; null when nothing waits
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function handleRetries(deps: Deps): Promise<number | null> {
  await forgetOldSent(deps);
  const requests = (await hasAny(deps, ROWS.allUndecryptable))
    ? await (await loadRepairs()).requestRetries(deps)
    : null;
  const answers = (await hasAny(deps, ROWS.answers)) ? await (await loadRepairs()).answerRetries(deps) : null;
  if (requests === null || answers === null) return requests ?? answers;
  return Math.min(requests, answers);
}

/** See `peers/follow-promises.ts`. @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function followPromises(deps: Deps): Promise<void> {
  if (await hasAny(deps, LIST_ROWS.allPromised)) await (await loadRepairs()).followPromises(deps);
}

/** Asks for what is missing, see `fill-gaps.ts`, where anything is. @returns when to ask again, ms from now, or null */
export async function fillGaps(deps: Deps, options: { readonly again: boolean }): Promise<number | null> {
  const isNeeded =
    (await hasAny(deps, ROWS.gaps)) ||
    (options.again &&
      (await deps.reader.list(ROWS.conversations)).some(
        ({ value }) => value.kind !== 'channel' && gapsOf(value).length > 0,
      ));
  return isNeeded ? (await loadRepairs()).fillGaps(deps, options) : null;
}

/** See `removals.ts`. @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED */
export async function requestRemovals(deps: Deps): Promise<void> {
  if (await hasAny(deps, ROWS.removals)) await (await loadRepairs()).requestRemovals(deps);
}

/** See `held-up.ts`. @throws SealError OFFLINE when its code cannot be loaded */
export async function reviveHeldUp(deps: Deps): Promise<void> {
  if (await hasAny(deps, ROWS.allOutbox)) await (await loadRepairs()).reviveHeldUp(deps);
}

/** See `peers/removed-device.ts`. @throws SealError OFFLINE when its code cannot be loaded */
export const confirmRemoval: typeof confirm = async (...about) => (await loadRepairs()).confirmRemoval(...about);

async function hasAny({ reader }: Pick<Deps, 'reader'>, prefix: RowPrefix<unknown>): Promise<boolean> {
  return (await reader.list(prefix, { limit: 1 })).length > 0;
}
