import { CHANNEL_LIMITS } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { loadKeyPackages } from './load.ts';
import { canBeInChannels, keyPackageRow } from './stock.ts';

/**
 * Sees to it that others can take this device into channels, in all of its life, whether or not it was in one. A look
 * costs one call; the code for more is loaded when something is due.
 *
 * @param isPrepared whether many KeyPackages are wanted, although this device may be in no channel
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function keepKeyPackages(deps: Deps, isPrepared: boolean): Promise<void> {
  if (!canBeInChannels()) return;
  const { oneTime, lastResort } = await deps.api.channels.keyPackageStatus.query({});
  const row = lastResort && (await deps.reader.get(keyPackageRow(lastResort)));
  const { keyPackageRefillBelow, keyPackagesAtFirst, lastResortRotationMs } = CHANNEL_LIMITS;
  const isDue =
    !row ||
    oneTime.length < (isPrepared ? keyPackageRefillBelow : keyPackagesAtFirst) ||
    deps.now() - row.createdAt > lastResortRotationMs;
  if (isDue) await (await loadKeyPackages()).maintainKeyPackages(deps, { renewAll: false, isPrepared });
}
