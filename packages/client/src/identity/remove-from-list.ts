import { extendDeviceList, findDevice } from '@seal-chat/crypto';
import { SealError, isSealError, toBase64, type DeviceId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { signerOf } from './own-account.ts';

const MAX_ATTEMPTS = 4;

/** Publishes a list without `deviceId` under the present account key: from then on no message has an envelope for it. */
export async function removeFromList(deps: Deps, deviceId: DeviceId): Promise<void> {
  const { api, reader, curves, rng, now } = deps;
  for (let attempt = 1; ; attempt++) {
    const account = await activeAccount(reader);
    const { userId, device } = account;
    await learnDeviceLists(deps, [userId]);
    const own = await reader.get(ROWS.peer(userId));
    if (own === null) throw new SealError('NOT_FOUND', 'device list: missing');
    // Another device took it off meanwhile, or the answer to the last attempt was lost.
    if (attempt > 1 && findDevice(own.known.list, deviceId) === null) return;
    const { signed } = await extendDeviceList({
      curves,
      rng,
      account: signerOf(account, own.known),
      previous: own.known,
      author: device.deviceId,
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
