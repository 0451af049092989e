import {
  accountKeyFromSeed,
  createDeviceKeys,
  extendDeviceList,
  verifyDeviceListChain,
  type DeviceKeys,
  type DeviceListState,
  type SignSeed,
} from '@seal-chat/crypto';
import {
  SealError,
  constantTimeEqual,
  isSealError,
  toBase64,
  type Bytes,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';
import { proveDevice, requestChallenge } from './challenge.ts';
import { chainOf } from '../api/answers.ts';
import { storeActive, unpublishedOf, verifyOwnChain, type IdentityDeps } from './own-account.ts';
import { resumeInterrupted } from './resume-interrupted.ts';

/** What linking or recovery gave this device. */
export interface JoinInput {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly username: string | null;
  /** Ed25519 seed of the account key, 32 bytes. */
  readonly accountSeed: SignSeed;
  /** A list the account is known to have had: the server must not show an older state. */
  readonly anchor: { readonly version: number; readonly hash: Bytes } | null;
}

/** Another device may publish a list at the same time: the next one is then made on top of that. */
const MAX_ATTEMPTS = 4;

/**
 * Adds this device to the account: signs the next device list with itself in it, stores its keys, tells the server.
 *
 * @throws SealError CONFLICT when this device has an account; TOO_MANY_DEVICES; IDENTITY_CHANGED or
 *   DEVICE_LIST_REJECTED when the server's lists are not this account's; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function joinAccount(deps: IdentityDeps, input: JoinInput): Promise<void> {
  const { curves, rng, publicApi, transact, clock } = deps;
  const { tenantId, userId, username, accountSeed } = input;
  if ((await resumeInterrupted(deps)) !== null) {
    throw new SealError('CONFLICT', 'client: this device already has an account');
  }
  const accountKey = await accountKeyFromSeed(curves, accountSeed);
  const device = await createDeviceKeys({ curves, rng });

  for (let attempt = 1; ; attempt++) {
    const previous = await fetchOwnLists(deps, { tenantId, userId, accountKey, anchor: input.anchor });
    const account = await prepare({ tenantId, userId, username, accountKey, device }, previous);
    const challenge = await requestChallenge(publicApi);
    clock.learn(challenge.serverTime);
    const { deviceList } = unpublishedOf(account);
    const proof = await proveDevice({ curves, account, challenge, purpose: 'join', deviceList: deviceList.bytes });
    try {
      const session = await publicApi.auth.join.mutate({
        ...proof,
        deviceList: toBase64(deviceList.bytes),
        deviceListSignature: toBase64(deviceList.signature),
      });
      const expected = { tenantId, userId, accountKey: accountKey.publicKey };
      const known = await verifyDeviceListChain({ curves, expected, known: previous, chain: [deviceList] });
      return await storeActive(deps, { account, session, known });
    } catch (error) {
      const isOvertaken = isSealError(error, 'DEVICE_LIST_REJECTED') || isSealError(error, 'CONFLICT');
      if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
    }
  }

  async function prepare(
    parts: Pick<AccountRow, 'tenantId' | 'userId' | 'username' | 'accountKey'> & { readonly device: DeviceKeys },
    previous: DeviceListState,
  ): Promise<AccountRow> {
    const account = { tenantId: parts.tenantId, userId: parts.userId, key: parts.accountKey };
    const { signed } = await extendDeviceList({ curves, account, previous, add: [parts.device], now: clock.now() });
    const row: AccountRow = {
      ...parts,
      status: 'joining',
      recoveryCode: null,
      unpublished: { deviceList: signed, recovery: null },
    };
    await transact(async (tx) => tx.put(ROWS.account, row));
    return row;
  }
}

/** Fetches this account's lists from the server, verified to continue what is known of them. */
async function fetchOwnLists(
  deps: Pick<Deps, 'publicApi' | 'curves'>,
  account: Pick<AccountRow, 'tenantId' | 'userId' | 'accountKey'> & Pick<JoinInput, 'anchor'>,
): Promise<DeviceListState> {
  const { userId, anchor } = account;
  const { lists } = await deps.publicApi.devices.lists.query({ users: [{ userId, since: 0 }] });
  const chain = chainOf(lists.find((answer) => answer.userId === userId)?.chain ?? []);
  if (anchor !== null && chain.length < anchor.version) {
    throw new SealError(
      'DEVICE_LIST_REJECTED',
      'device list: the server shows an older version than the other device has',
    );
  }
  const known = await verifyOwnChain(deps, account, chain);
  if (anchor !== null) {
    const anchored = await verifyOwnChain(deps, account, chain.slice(0, anchor.version));
    if (!constantTimeEqual(anchored.hash, anchor.hash)) {
      throw new SealError('DEVICE_LIST_REJECTED', 'device list: differs from the one the other device has');
    }
  }
  return known;
}
