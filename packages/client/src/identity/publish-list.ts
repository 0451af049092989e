import { extendDeviceList, findDevice, type DeviceListState } from '@seal-chat/crypto';
import type { NewVault } from '@seal-chat/crypto/vault';
import { SealError, isSealError, toBase64, type DeviceId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { signerOf } from './own-account.ts';
import { uploadOf } from './vault-answers.ts';

const MAX_ATTEMPTS = 4;

/** What a list changes under the present account key. */
interface ListChange {
  readonly remove?: readonly DeviceId[];
  readonly vault?: NewVault;
}

/**
 * Publishes the next list of this account under the present account key, on top of what other devices publish.
 *
 * @param change what to do with the newest list; null when nothing is left to do
 * @throws SealError UNLOCK_NEEDED; NOT_FOUND without a list of this account; what `change` throws or the server refuses it with; OFFLINE, UNAVAILABLE,
 *   RATE_LIMITED
 */
export async function publishList(
  deps: Deps,
  change: (newest: DeviceListState, attempt: number) => ListChange | null,
): Promise<void> {
  const { api, reader, curves, rng, now } = deps;
  for (let attempt = 1; ; attempt++) {
    const account = await activeAccount(reader);
    const { userId, device } = account;
    await learnDeviceLists(deps, [userId]);
    const own = await reader.get(ROWS.peer(userId));
    if (own === null) throw new SealError('NOT_FOUND', "device list: this account's is missing");
    const previous = own.known;
    const changed = change(previous, attempt);
    if (changed === null) return;
    const { remove = [], vault } = changed;
    const { list, signed } = await extendDeviceList({
      curves,
      rng,
      account: signerOf(account, previous),
      previous,
      author: device.deviceId,
      remove,
      vault: vault?.reference,
      now: now(),
    });
    const { bytes, signature } = signed;
    try {
      const upload = vault === undefined ? null : uploadOf(vault);
      await api.devices.update.mutate({ deviceList: toBase64(bytes), signature: toBase64(signature), vault: upload });
    } catch (error) {
      // Another device was quicker: the next list goes on top of its.
      if (isSealError(error, 'DEVICE_LIST_REJECTED') && attempt < MAX_ATTEMPTS) continue;
      throw error;
    }
    if (findDevice(list, device.deviceId) !== null) await learnDeviceLists(deps, [userId]);
    return;
  }
}
