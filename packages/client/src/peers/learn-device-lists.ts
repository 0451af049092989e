import type { UserId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { loadCode } from '../context/load-code.ts';

/**
 * Brings the stored device lists of `userIds` up to date, as `fetchDeviceLists` does. Lists change seldom, so the code
 * that verifies them is loaded when it is first needed, like them over the network.
 *
 * @throws SealError as `fetchDeviceLists`; OFFLINE when its code cannot be loaded
 */
export async function learnDeviceLists(
  deps: Pick<Deps, 'api' | 'reader' | 'transact' | 'curves' | 'now'>,
  userIds: readonly UserId[],
  from: 'known' | 'start' = 'known',
): Promise<void> {
  const { fetchDeviceLists } = await loadCode(() => import('./device-lists.ts'));
  return fetchDeviceLists(deps, userIds, from);
}
