import { findDevice, verifyDeviceListChain, type DeviceListState } from '@seal-chat/crypto';
import {
  COUNT_LIMITS,
  SealError,
  decode,
  deviceListCodec,
  isSealError,
  type SignedDeviceList,
  type TenantId,
  type UserId,
  type SignPublicKey,
} from '@seal-chat/protocol';
import { chainOf } from '../api/answers.ts';
import type { FetchDeps, Deps } from '../context/deps.ts';
import { activeAccount, markRevoked } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type AccountRow, type PeerRow, type RetiredDevice } from '../store/rows.ts';

/**
 * Fetches what is new in the device lists of `userIds`, verifies it and stores it. A list with another account key
 * than the one first seen is not stored: the peer is marked as changed instead, and nothing is sent to it.
 *
 * @param from `start` fetches the whole chain: the server is suspected to have another one
 * @throws SealError DEVICE_LIST_REJECTED when a list does not continue the known one; NOT_FOUND without any list;
 *   DEVICE_REVOKED when this device is no longer on this account's list; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function learnDeviceLists(
  deps: FetchDeps,
  userIds: readonly UserId[],
  from: 'known' | 'start' = 'known',
): Promise<void> {
  const { api, reader, transact } = deps;
  const account = await activeAccount(reader);
  const known = await Promise.all(userIds.map((userId) => reader.get(ROWS.peer(userId))));
  const sinceOf = (i: number): number => (from === 'start' ? 0 : (known[i]?.known.list.version ?? 0));
  const { lists } = await api.devices.lists.query({
    users: userIds.map((userId, i) => ({ userId, since: sinceOf(i) })),
  });
  let links = 0;
  for (let i = 0; i < userIds.length; i++) {
    const userId = userIds[i]!;
    const chain = chainOf(lists.find((answer) => answer.userId === userId)?.chain ?? []);
    links += chain.length;
    // An answer has room for so many lists of all people together: the rest is in the next one.
    if (chain.length === 0 && links >= COUNT_LIMITS.deviceListChain) continue;
    const fetchedAfter = known[i]?.known.list.version ?? 0;
    await transact((tx) => storeChain(deps, tx, { account, userId, chain, fetchedAfter }));
  }
  if (links >= COUNT_LIMITS.deviceListChain && from === 'known') return learnDeviceLists(deps, userIds);
  if (userIds.includes(account.userId)) await checkOwnDevice(deps, account);
}

async function storeChain(
  { curves, now }: Pick<Deps, 'curves' | 'now'>,
  tx: DeviceTx,
  input: {
    readonly account: AccountRow;
    readonly userId: UserId;
    readonly chain: readonly SignedDeviceList[];
    readonly fetchedAfter: number;
  },
): Promise<void> {
  const { account, userId, chain, fetchedAfter } = input;
  const peer = await tx.get(ROWS.peer(userId));
  if (chain.length === 0) {
    if (peer === null) throw new SealError('NOT_FOUND', 'device list: the server has none for this person');
    return;
  }
  // Another fetch was quicker, and its answer newer: this one would look like a rollback.
  if ((peer?.known.list.version ?? 0) > fetchedAfter) return;
  try {
    const next = await extendPeer({ curves, now, tenantId: account.tenantId, userId, account }, peer, chain);
    if (next !== peer) tx.put(ROWS.peer(userId), next);
  } catch (error) {
    if (peer === null || !isSealError(error, 'IDENTITY_CHANGED')) throw error;
    tx.put(ROWS.peer(userId), { ...peer, changedKey: accountKeyIn(chain) });
  }
}

/** Follows the chain step by step, so that the version in which each device left is known. */
async function extendPeer(
  deps: Pick<Deps, 'curves' | 'now'> & {
    readonly tenantId: TenantId;
    readonly userId: UserId;
    readonly account: AccountRow;
  },
  peer: PeerRow | null,
  chain: readonly SignedDeviceList[],
): Promise<PeerRow> {
  const { curves, now, tenantId, userId, account } = deps;
  const ownKey = userId === account.userId ? { accountKey: account.accountKey.publicKey } : {};
  const expected = { tenantId, userId, ...ownKey };
  let known: DeviceListState | null = peer?.known ?? null;
  const repeated = chain.filter((signed) => known !== null && versionOf(signed) <= known.list.version);
  if (repeated.length > 0) known = await verifyDeviceListChain({ curves, expected, known, chain: repeated });
  const retired: RetiredDevice[] = [...(peer?.retired ?? [])];
  for (const signed of chain.slice(repeated.length)) {
    const previous: DeviceListState | null = known;
    known = await verifyDeviceListChain({ curves, expected, known, chain: [signed] });
    for (const device of previous?.list.devices ?? []) {
      if (findDevice(known.list, device.deviceId) !== null) continue;
      retired.push({ device, removedIn: known.list.version, learnedAt: now() });
    }
  }
  if (known === null) throw new SealError('DEVICE_LIST_REJECTED', 'device list: the chain is empty');
  if (known === peer?.known) return peer;
  return { known, retired, changedKey: null };
}

function versionOf(signed: SignedDeviceList): number {
  return decode(deviceListCodec, signed.bytes).version;
}

function accountKeyIn(chain: readonly SignedDeviceList[]): SignPublicKey {
  return decode(deviceListCodec, chain.at(-1)!.bytes).accountKey;
}

async function checkOwnDevice({ transact }: Pick<Deps, 'transact'>, { userId, device }: AccountRow): Promise<void> {
  const isListed = await transact(async (tx) => {
    const own = await tx.get(ROWS.peer(userId));
    if (own === null || findDevice(own.known.list, device.deviceId) !== null) return true;
    await markRevoked(tx);
    return false;
  });
  if (!isListed) throw new SealError('DEVICE_REVOKED');
}
