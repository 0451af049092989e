import type { Deps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';
import { removeFromList } from './remove-from-list.ts';

/**
 * Takes this device off its account before it is wiped: others would go on encrypting for it. The only device of an
 * account stays on it.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED: the device is wiped all the same
 */
export async function leaveAccount(deps: Deps): Promise<void> {
  const account = await deps.reader.get(ROWS.account);
  if (account?.status !== 'active') return;
  const devices = (await deps.reader.get(ROWS.peer(account.userId)))?.known.list.devices.length ?? 1;
  if (devices > 1) await removeFromList(deps, account.device.deviceId);
}
