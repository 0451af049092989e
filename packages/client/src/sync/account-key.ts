import { constantTimeEqual } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { loadSettings } from '../identity/load.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';

/**
 * Brings this device's account key up to date with its account's list: goes on with what was interrupted, takes the key
 * that another device shared, closes removals where this device may. The code for it is loaded when there is something
 * to do.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED, STORAGE_FAILED
 */
export async function settleAccountKey(deps: Deps): Promise<void> {
  const { reader } = deps;
  const { userId, accountKey, identitySeed, unlockFor } = await activeAccount(reader);
  const own = await reader.get(ROWS.peer(userId));
  const isInterrupted = (await reader.get(ROWS.replacement)) !== null || (await reader.get(ROWS.vaultUpload)) !== null;
  const isBehind = own !== null && !constantTimeEqual(own.known.certificate.accountKey, accountKey.publicKey);
  const mayClose = own?.hasOpenRemoval === true && identitySeed !== null;
  if (!isInterrupted && !mayClose && (!isBehind || unlockFor === 'key')) return;
  const { closeRemovals, resumeReplacement, takeKeyShare, uploadPending } = await loadSettings();
  await uploadPending(deps);
  await resumeReplacement(deps);
  await takeKeyShare(deps);
  await closeRemovals(deps);
}
