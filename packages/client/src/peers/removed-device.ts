import { findDevice, verifyDeviceListChain } from '@seal-chat/crypto';
import { chainOf } from '../api/answers.ts';
import type { Deps } from '../context/deps.ts';
import { markActive } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { wipeKeys } from '../store/wipe-keys.ts';

export { wipeKeys };

/** What looking for proof takes. */
export type RemovalDeps = Pick<Deps, 'reader' | 'transact' | 'publicApi' | 'curves'>;

/** At which occasion. */
export interface RemovalOptions {
  readonly isStart?: boolean;
}

/**
 * Looks for proof that this device was removed, where the server says so, and forgets all keys once the signed list no
 * longer has the device. The server's word alone deletes nothing, and ends with the start that finds the device listed.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED; IDENTITY_CHANGED or DEVICE_LIST_REJECTED on another list
 */
export async function confirmRemoval(deps: RemovalDeps, { isStart = false }: RemovalOptions = {}): Promise<void> {
  const { reader, transact, publicApi, curves } = deps;
  const account = await reader.get(ROWS.account);
  if (account?.status !== 'revoked' || account.device.sign.privateKey.every((byte) => byte === 0)) return;
  const { tenantId, userId, identityKey, device } = account;
  const known = (await reader.get(ROWS.peer(userId)))?.known ?? null;
  const { lists } = await publicApi.devices.lists.query({ users: [{ userId, since: known?.list.version ?? 0 }] });
  const chain = chainOf(lists.find((answer) => answer.userId === userId)?.chain ?? []);
  const expected = { tenantId, userId, identityKey };
  const { list } = await verifyDeviceListChain({ curves, expected, known, chain });
  if (findDevice(list, device.deviceId) === null) return transact(wipeKeys);
  // The server alone had said so. It is asked again once each start, not again and again.
  if (isStart) await transact(markActive);
}
