import { openDeviceLabels } from '@seal-chat/crypto';
import type { DeviceId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { OwnDevice } from '../model/account.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { loadVault } from './load-vault.ts';
import { removeFromList } from './remove-from-list.ts';
import { replaceAccountKey } from './replace-account-key.ts';

/** Lists the devices of this account, from its verified list. @throws SealError NOT_SIGNED_IN */
export async function listOwnDevices({ reader }: Pick<Deps, 'reader'>): Promise<readonly OwnDevice[]> {
  const { tenantId, userId, device, archive } = await activeAccount(reader);
  const list = (await reader.get(ROWS.peer(userId)))?.known.list;
  if (list === undefined) return [];
  const labels = openDeviceLabels({ tenantId, userId }, archive, list);
  return list.devices.map(({ deviceId }) => {
    const label = labels.find((each) => each.deviceId === deviceId);
    const isThisDevice = deviceId === device.deviceId;
    return { deviceId, isThisDevice, name: label?.name || null, addedAt: label?.addedAt ?? null };
  });
}

/**
 * Takes a device off the account: with a new account key where the identity key is at hand, here or by the recovery
 * code; else under the present one, and the account says that the rest waits for the code.
 *
 * @returns whether the account key was replaced
 * @throws SealError NOT_FOUND when it is not on the list, DEVICE_LIST_REJECTED when it is the last one, UNLOCK_NEEDED,
 *   WRONG_CODE, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function revokeDevice(
  deps: Deps,
  deviceId: DeviceId,
  { recoveryCode }: { readonly recoveryCode?: string } = {},
): Promise<{ readonly isFinished: boolean }> {
  const { identitySeed } = await activeAccount(deps.reader);
  const seed =
    recoveryCode === undefined
      ? identitySeed
      : (await (await loadVault()).openOwnVault(deps, recoveryCode)).identitySeed;
  if (seed === null) {
    await removeFromList(deps, deviceId);
    return { isFinished: false };
  }
  await replaceAccountKey(deps, { identitySeed: seed, remove: [deviceId] });
  return { isFinished: true };
}
