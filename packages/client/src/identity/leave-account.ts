import type { Deps } from '../deps.ts';
import { ROWS } from '../store/rows.ts';
import { revokeDevice } from './own-devices.ts';

/**
 * Tells the server that this device signs out. With `forGood` it also leaves the account, unless it is the only device:
 * others would go on encrypting for it.
 *
 * @throws SealError OFFLINE …: the device signs out all the same
 */
export async function leaveAccount(deps: Deps, { forGood }: { readonly forGood: boolean }): Promise<void> {
  const { api, reader } = deps;
  const account = await reader.get(ROWS.account);
  if (account?.status !== 'active') return;
  const devices = (await reader.get(ROWS.peer(account.userId)))?.known.list.devices.length ?? 1;
  if (forGood && devices > 1) await revokeDevice(deps, account.device.deviceId);
  else await api.auth.signOut.mutate();
}
