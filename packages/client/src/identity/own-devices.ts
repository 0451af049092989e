import { extendDeviceList } from '@seal-chat/crypto';
import { SealError, isSealError, toBase64, type DeviceId } from '@seal-chat/protocol';
import type { FetchDeps, Deps } from '../context/deps.ts';
import type { OwnDevice } from '../model/account.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';

const MAX_ATTEMPTS = 4;

/** Lists the devices of this account, from its verified list. @throws SealError NOT_SIGNED_IN */
export async function listOwnDevices({ reader }: Pick<Deps, 'reader'>): Promise<readonly OwnDevice[]> {
  const { userId, device } = await activeAccount(reader);
  const own = await reader.get(ROWS.peer(userId));
  return (own?.known.list.devices ?? []).map(({ deviceId }) => ({
    deviceId,
    isThisDevice: deviceId === device.deviceId,
  }));
}

/**
 * Publishes a device list without `deviceId`: from then on no message has an envelope for it.
 *
 * @throws SealError NOT_FOUND when it is not on the list, DEVICE_LIST_REJECTED when it is the last one, OFFLINE,
 *   UNAVAILABLE, RATE_LIMITED
 */
export async function revokeDevice(deps: FetchDeps, deviceId: DeviceId): Promise<void> {
  const { api, reader, curves, now } = deps;
  for (let attempt = 1; ; attempt++) {
    const { tenantId, userId, accountKey, device } = await activeAccount(reader);
    await learnDeviceLists(deps, [userId]);
    const own = await reader.get(ROWS.peer(userId));
    if (own === null) throw new SealError('NOT_FOUND', "device list: this account's is missing");
    const account = { tenantId, userId, key: accountKey };
    const { signed } = await extendDeviceList({
      curves,
      account,
      previous: own.known,
      remove: [deviceId],
      now: now(),
    });
    const { bytes, signature } = signed;
    try {
      await api.devices.update.mutate({ deviceList: toBase64(bytes), signature: toBase64(signature) });
    } catch (error) {
      // Another device was quicker: the next list goes on top of its.
      if (isSealError(error, 'DEVICE_LIST_REJECTED') && attempt < MAX_ATTEMPTS) continue;
      throw error;
    }
    if (deviceId !== device.deviceId) await learnDeviceLists(deps, [userId]);
    return;
  }
}
