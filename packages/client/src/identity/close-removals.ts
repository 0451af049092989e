import type { Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { replaceAccountKey } from './replace-account-key.ts';

/**
 * Closes removals that other devices left open, where this device has the identity key.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function closeRemovals(deps: Deps): Promise<void> {
  const { userId, identitySeed } = await activeAccount(deps.reader);
  const own = await deps.reader.get(ROWS.peer(userId));
  if (own?.hasOpenRemoval && identitySeed !== null) await replaceAccountKey(deps, { identitySeed, remove: [] });
}
