import { findDevice, verifyDeviceListChain, type DeviceListState } from '@seal-chat/crypto';
import {
  COUNT_LIMITS,
  SealError,
  certificateCodec,
  constantTimeEqual,
  decode,
  deviceListCodec,
  isSealError,
  type SignedDeviceList,
  type TenantId,
  type UserId,
  type SignPublicKey,
} from '@seal-chat/protocol';
import { chainOf } from '../api/answers.ts';
import { tellDevices } from '../transcript/device-lines.ts';
import type { FetchDeps, Deps } from '../context/deps.ts';
import { bindName } from '../store/bind-name.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type AccountRow, type PeerRow, type RetiredDevice } from '../store/rows.ts';
import { loadRemovedDevice } from './load-removed-device.ts';
import { newPeer } from './new-peer.ts';

/**
 * Devices that left an account and are remembered, the newest: more than a server that follows the protocol lets leave in
 * the day for which their last messages are taken (20 versions of a list, of 20 devices each).
 */
const MOST_RETIRED = 512;

/** Answers that are asked for at one occasion: two thousand versions. What they say is kept. */
const MAX_ROUNDS = 10;

/**
 * Fetches what is new in the device lists of `userIds`, verifies it and stores it. Of an account that is not known yet
 * the newest list is enough. A list under another identity key than the one first seen is not stored: the peer is marked
 * as changed instead, and nothing is sent to it.
 *
 * @param from `newest` asks for the newest list alone: the server is suspected to have another one
 * @throws SealError DEVICE_LIST_REJECTED when a list does not continue the known one; NOT_FOUND without any list;
 *   DEVICE_REVOKED when this device is no longer on this account's list; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function learnDeviceLists(
  deps: FetchDeps,
  userIds: readonly UserId[],
  from: 'known' | 'newest' = 'known',
  round = 1,
): Promise<void> {
  const { api, reader, transact } = deps;
  const account = await activeAccount(reader);
  const known = await Promise.all(userIds.map((userId) => reader.get(ROWS.peer(userId))));
  const sinceOf = (i: number): number => (from === 'newest' ? 0 : (known[i]?.known.list.version ?? 0));
  const { lists } = await api.devices.lists.query({
    users: userIds.map((userId, i) => ({ userId, since: sinceOf(i) })),
  });
  let links = 0;
  const behind: UserId[] = [];
  for (let i = 0; i < userIds.length; i++) {
    const userId = userIds[i]!;
    const chain = chainOf(lists.find((answer) => answer.userId === userId)?.chain ?? []);
    links += chain.length;
    // An answer has room for so many lists of all people together: the rest is in the next one.
    if (chain.length === 0 && links >= COUNT_LIMITS.deviceListChain) continue;
    const fetchedAfter = known[i]?.known.list.version ?? 0;
    if (from === 'newest' && fetchedAfter > 0 && leavesGap(chain, fetchedAfter)) {
      behind.push(userId);
      continue;
    }
    await transact((tx) => storeChain(deps, tx, { account, userId, chain, fetchedAfter }));
  }
  if (behind.length > 0) return learnDeviceLists(deps, behind);
  if (links >= COUNT_LIMITS.deviceListChain && from === 'known') {
    if (round === MAX_ROUNDS) throw new SealError('DEVICE_LIST_REJECTED');
    return learnDeviceLists(deps, userIds, from, round + 1);
  }
  if (userIds.includes(account.userId)) await checkOwnDevice(deps, account);
}

/** Whether the newest list is further on than the next one: then those between are needed. */
function leavesGap([newest]: readonly SignedDeviceList[], known: number): boolean {
  return newest !== undefined && decode(deviceListCodec, newest.bytes).version > known + 1;
}

/**
 * Fetches the versions of an account's list from `version` on that came before the one which was seen first, so that
 * what its devices of then have sent can be judged. Without effect where the answer does not lead to the known list.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function learnPast(deps: FetchDeps, userId: UserId, version: number): Promise<void> {
  const { api, reader, transact, curves, now } = deps;
  const peer = await reader.get(ROWS.peer(userId));
  if (peer === null || version < 1 || version >= peer.knownFrom) return;
  // Asking after version 0 means the newest.
  const since = Math.max(1, version - 1);
  const { lists } = await api.devices.lists.query({ users: [{ userId, since }] });
  const chain = chainOf(lists.find((answer) => answer.userId === userId)?.chain ?? []);
  await transact(async (tx) => {
    const current = await tx.get(ROWS.peer(userId));
    if (current === null || chain.length === 0) return;
    const { tenantId, userId: owner } = current.known.list;
    const expected = { tenantId, userId: owner };
    let state: DeviceListState | null = null;
    const retired: RetiredDevice[] = [];
    for (const signed of chain) {
      const previous: DeviceListState | null = state;
      state = await verifyDeviceListChain({ curves, expected, known: previous, chain: [signed] });
      retired.push(...leftIn(previous, state, now()));
      if (state.list.version === current.known.list.version) break;
    }
    const first = decode(deviceListCodec, chain[0]!.bytes).version;
    if (state === null || !constantTimeEqual(state.hash, current.known.hash) || first >= current.knownFrom) return;
    const isNew = ({ device }: RetiredDevice): boolean =>
      !current.retired.some((one) => one.device.deviceId === device.deviceId);
    tx.put(ROWS.peer(userId), {
      ...current,
      knownFrom: first,
      // Those who left before the others: where there are too many, they go first.
      retired: [...retired.filter(isNew), ...current.retired].slice(-MOST_RETIRED),
    });
  });
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
    if (peer === null) throw new SealError('NOT_FOUND', 'device list: none');
    return;
  }
  // Another fetch was quicker, and its answer newer: this one would look like a rollback.
  if ((peer?.known.list.version ?? 0) > fetchedAfter) return;
  try {
    const next = await extendPeer({ curves, now, tenantId: account.tenantId, userId, account }, peer, chain);
    if (next === peer) return;
    tx.put(ROWS.peer(userId), next);
    if (peer === null) await bindName(tx, userId, next.known.list.username);
    // The first list that is seen of an account is where everything begins.
    if (peer !== null) await tellDevices(tx, userId, peer, next);
    if (userId === account.userId) await noteOwnList(tx, peer, next);
  } catch (error) {
    if (peer === null || !isSealError(error, 'IDENTITY_CHANGED')) throw error;
    tx.put(ROWS.peer(userId), { ...peer, changedKey: identityKeyIn(chain) });
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
  const ownKey = userId === account.userId ? { identityKey: account.identityKey } : {};
  const expected = { tenantId, userId, ...ownKey };
  let known: DeviceListState | null = peer?.known ?? null;
  const repeated = chain.filter((signed) => known !== null && versionOf(signed) <= known.list.version);
  if (repeated.length > 0) known = await verifyDeviceListChain({ curves, expected, known, chain: repeated });
  let next = peer;
  for (const signed of chain.slice(repeated.length)) {
    const previous: DeviceListState | null = known;
    known = await verifyDeviceListChain({ curves, expected, known, chain: [signed] });
    const learnedAt = now();
    const before: PeerRow = next ?? newPeer(known, learnedAt);
    const left = leftIn(previous, known, learnedAt);
    const hasNewKey = known.certificate.number !== previous?.certificate.number;
    const wasTakenOff = left.some(({ device }) => device.deviceId !== known!.list.author);
    next = {
      ...before,
      known,
      learnedAt,
      retired: [...before.retired, ...left].slice(-MOST_RETIRED),
      hasOpenRemoval: !hasNewKey && (before.hasOpenRemoval || wasTakenOff),
      changedKey: null,
    };
  }
  if (known === null || next === null) throw new SealError('DEVICE_LIST_REJECTED', 'device list: empty');
  return next;
}

/** Devices that the step from `previous` to `next` has taken off. */
function leftIn(previous: DeviceListState | null, next: DeviceListState, learnedAt: number): readonly RetiredDevice[] {
  const gone = (previous?.list.devices ?? []).filter(({ deviceId }) => findDevice(next.list, deviceId) === null);
  return gone.map((device) => ({ device, removedIn: next.list.version, learnedAt }));
}

function versionOf(signed: SignedDeviceList): number {
  return decode(deviceListCodec, signed.bytes).version;
}

function identityKeyIn(chain: readonly SignedDeviceList[]): SignPublicKey {
  const { certificate } = decode(deviceListCodec, chain.at(-1)!.bytes);
  return decode(certificateCodec, certificate.bytes).identityKey;
}

/** The account says what waits for the recovery code, and which devices are new. */
async function noteOwnList(tx: DeviceTx, before: PeerRow | null, { known, hasOpenRemoval }: PeerRow): Promise<void> {
  const account = await tx.get(ROWS.account);
  if (account === null) return;
  const hasKey = constantTimeEqual(known.certificate.accountKey, account.accountKey.publicKey);
  const isWaiting = hasOpenRemoval && account.identitySeed === null;
  const unlockFor = isWaiting ? 'removal' : hasKey ? null : account.unlockFor === 'key' ? 'key' : null;
  const seen = before?.known.list.devices ?? known.list.devices;
  const newDevices = known.list.devices
    .map(({ deviceId }) => deviceId)
    .filter((id) => account.newDevices.includes(id) || !seen.some(({ deviceId }) => deviceId === id))
    .filter((id) => id !== account.device.deviceId);
  tx.put(ROWS.account, { ...account, unlockFor, newDevices });
}

/** @throws SealError DEVICE_REVOKED when the list no longer has this device: its keys are gone then */
async function checkOwnDevice(
  { reader, transact }: Pick<Deps, 'reader' | 'transact'>,
  { userId, device }: AccountRow,
): Promise<void> {
  const own = await reader.get(ROWS.peer(userId));
  // No list takes a removed device in again.
  if (own === null || findDevice(own.known.list, device.deviceId) !== null) return;
  await transact((await loadRemovedDevice()).wipeKeys);
  throw new SealError('DEVICE_REVOKED');
}
