import {
  createDeviceKeys,
  extendDeviceList,
  signKeyFromSeed,
  verifyDeviceListChain,
  type AccountSecrets,
  type DeviceKeys,
  type DeviceListState,
} from '@seal-chat/crypto';
import type { CreatedKeyPackage } from '@seal-chat/crypto/key-packages';
import {
  SealError,
  constantTimeEqual,
  isSealError,
  toBase64,
  type Bytes,
  type SignPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { AdmissionInput } from '@seal-chat/protocol/api';
import { chainOf } from '../api/answers.ts';
import type { Deps } from '../context/deps.ts';
import { firstKeyPackages, uploadOf } from '../key-packages/make.ts';
import type { AccountRow } from '../store/rows.ts';
import type { Challenge } from '../store/challenge-row.ts';
import { proveDevice, requestChallenge } from './challenge.ts';
import { deviceNameOf } from './device-name.ts';
import { alreadyHere, signerOf, storeActive, storeKeys, unpublishedOf, type IdentityDeps } from './own-account.ts';
import { loadInterrupted } from './load-interrupted.ts';

/** What linking or recovery gave this device. */
export interface JoinInput {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly username: string | null;
  readonly identityKey: SignPublicKey;
  readonly secrets: AccountSecrets;
  /** The device that is let in, see `prepareToJoin`. */
  readonly device: DeviceKeys;
  /** A list the account is known to have had: the server must not show an older state. */
  readonly anchor: { readonly version: number; readonly hash: Bytes } | null;
  /** The vault that `secrets` come from: the list has to name it. Left out when another device has given them. */
  readonly vaultHash?: Bytes;
  /** Why the server is to let this device in, for the list with that hash. */
  readonly admission: (challenge: Challenge, deviceListHash: Bytes) => Promise<AdmissionInput>;
}

/** Another device may publish a list at the same time: the next one is then made on top of that. */
const MAX_ATTEMPTS = 4;

/** Makes the keys of a device that is to join. @throws SealError CONFLICT when this device has an account */
export async function prepareToJoin(deps: IdentityDeps): Promise<DeviceKeys> {
  const { withoutAccount } = await loadInterrupted();
  return withoutAccount(deps, () => createDeviceKeys(deps));
}

/**
 * Adds this device to the account: signs the next device list with itself in it, stores its keys, tells the server.
 *
 * @throws SealError CONFLICT when this device has an account; TOO_MANY_DEVICES; VAULT_REJECTED when the account's key
 *   is another one by now; IDENTITY_CHANGED or DEVICE_LIST_REJECTED when the server's lists are not this account's;
 *   OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function joinAccount(deps: IdentityDeps, input: JoinInput): Promise<void> {
  const { withoutAccount } = await loadInterrupted();
  return withoutAccount(deps, () => join(deps, input));
}

async function join(deps: IdentityDeps, input: JoinInput): Promise<void> {
  const { curves, publicApi, clock } = deps;
  const { tenantId, userId, identityKey, secrets } = input;
  const accountKey = await signKeyFromSeed(curves, secrets.accountSeed);
  // The same at every attempt: an earlier one may have had effect.
  const keyPackages = await firstKeyPackages(deps, input);
  for (let attempt = 1; ; attempt++) {
    const previous = await fetchOwnLists(deps, input);
    const { vaultHash = previous.list.vaultHash } = input;
    if (!constantTimeEqual(previous.certificate.accountKey, accountKey.publicKey)) {
      throw new SealError('VAULT_REJECTED', 'join: another account key');
    }
    if (!constantTimeEqual(previous.list.vaultHash, vaultHash)) {
      throw new SealError('VAULT_REJECTED', 'join: the vault is not the one that the list names');
    }
    const challenge = await requestChallenge(publicApi);
    clock.learn(challenge.serverTime);
    const account = await prepare(deps, input, { accountKey, previous, keyPackages, challenge });
    const { deviceList } = unpublishedOf(account.row);
    const proof = await proveDevice({
      curves,
      account: account.row,
      challenge,
      purpose: 'join',
      deviceList: deviceList.bytes,
    });
    try {
      const session = await publicApi.auth.join.mutate({
        ...proof,
        deviceList: toBase64(deviceList.bytes),
        deviceListSignature: toBase64(deviceList.signature),
        keyPackages: uploadOf(keyPackages),
        admission: await input.admission(challenge, account.hash),
      });
      const expected = { tenantId, userId, identityKey };
      const known = await verifyDeviceListChain({ curves, expected, known: previous, chain: [deviceList] });
      return await storeActive(deps, { account: account.row, session, known });
    } catch (error) {
      const isOvertaken = isSealError(error, 'DEVICE_LIST_REJECTED') || isSealError(error, 'CONFLICT');
      if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function prepare(
  deps: IdentityDeps,
  { tenantId, userId, username, identityKey, secrets, device }: JoinInput,
  made: {
    readonly accountKey: AccountRow['accountKey'];
    readonly previous: DeviceListState;
    readonly keyPackages: readonly CreatedKeyPackage[];
    readonly challenge: Challenge;
  },
): Promise<{ readonly row: AccountRow; readonly hash: Bytes }> {
  const { curves, rng, clock } = deps;
  const { accountKey, previous, keyPackages, challenge } = made;
  const { archive } = secrets;
  const { signed, hash } = await extendDeviceList({
    curves,
    rng,
    account: signerOf({ accountKey, archive }, previous),
    previous,
    author: device.deviceId,
    add: [{ keys: device, name: deviceNameOf(deps.deviceName) }],
    now: clock.now(),
  });
  const row: AccountRow = {
    status: 'joining',
    tenantId,
    userId,
    username,
    identityKey,
    identitySeed: null,
    accountKey,
    archive,
    device,
    recoveryCode: null,
    unpublished: { deviceList: signed, vault: null, keyPackages, challenges: [challenge] },
    unlockFor: null,
    newDevices: [],
  };
  if (!(await storeKeys(deps, row))) throw alreadyHere();
  return { row, hash };
}

/** Fetches this account's newest list from the server, verified to continue what is known of it. */
async function fetchOwnLists(
  deps: Pick<Deps, 'publicApi' | 'curves'>,
  { tenantId, userId, identityKey, anchor }: JoinInput,
): Promise<DeviceListState> {
  const ask = async (since: number) => {
    const { lists } = await deps.publicApi.devices.lists.query({ users: [{ userId, since }] });
    return chainOf(lists.find((answer) => answer.userId === userId)?.chain ?? []);
  };
  const later = anchor === null ? [] : await ask(anchor.version);
  const chain = later.length > 0 ? later : await ask(0);
  const expected = { tenantId, userId, identityKey, ...(anchor !== null && { anchor }) };
  return verifyDeviceListChain({ curves: deps.curves, expected, known: null, chain });
}
