import { COUNT_LIMITS, SealError, constantTimeEqual, type Device, type DeviceId } from '@seal-chat/protocol';
import type { ArchiveKey } from './account-secrets.ts';
import type { Curves } from './curves/curves.ts';
import { openDeviceLabels } from './device-labels.ts';
import { MOST_REMOVED, type DeviceListState, type VerifiedDeviceList } from './device-list.ts';
import {
  certify,
  newArchive,
  publicDevice,
  signDeviceList,
  type Account,
  type NamedDevice,
  type Randomness,
  type VaultReference,
} from './identity.ts';
import { sha256 } from './kdf.ts';
import type { SignKeyPair, SignSeed } from './keys.ts';

/** What an account that exists signs: its next device list, and its next account key. */

/** Derives the Ed25519 key pair of a 32-byte seed: of an account key or an identity key. */
export function signKeyFromSeed(curves: Curves, seed: SignSeed): Promise<SignKeyPair> {
  return curves.signKeyPair(seed);
}

/**
 * Replaces the account key of `previous`: a new key under the next certificate, and the next archive key. What the old
 * key signs is refused from then on by all who have seen a list under the new one.
 *
 * @throws SealError IDENTITY_CHANGED when `identity` is not the account's
 */
export async function replaceAccountKey(
  input: Randomness & { readonly identity: SignKeyPair; readonly previous: VerifiedDeviceList },
): Promise<Account> {
  const { curves, rng, identity, previous } = input;
  const { tenantId, userId, username, archiveEpoch } = previous.list;
  if (!constantTimeEqual(identity.publicKey, previous.certificate.identityKey)) {
    throw new SealError('IDENTITY_CHANGED', 'certificate: it has another identity key');
  }
  const key = await curves.newSignKeyPair(rng);
  const certificate = await certify(curves, identity, {
    tenantId,
    userId,
    number: previous.certificate.number + 1,
    accountKey: key.publicKey,
    previousHash: sha256(previous.list.certificate.bytes),
  });
  return { tenantId, userId, username, certificate, key, archive: newArchive(rng, archiveEpoch + 1) };
}

/**
 * Makes the version after `previous`, signed by `account`: with the devices of `add`, without those of `remove`. Where
 * `account` is the successor of the one that signed `previous`, the list makes it known. `now` is in ms since 1970.
 *
 * @param input.author the device that signs
 * @param input.vault the next vault, where it changes with this list
 * @param input.previousArchive what the names in `previous` are sealed under, where that is not the account's present
 *   archive key
 * @throws SealError IDENTITY_CHANGED when `account` does not hold the key of its certificate; TOO_MANY_DEVICES;
 *   NOT_FOUND when a device to remove is not in the list; DEVICE_LIST_REJECTED when an id is or was in the list, or no
 *   device would be left
 */
export async function extendDeviceList(
  input: Randomness & {
    readonly account: Account;
    readonly previous: DeviceListState;
    readonly author: DeviceId;
    readonly add?: readonly NamedDevice[];
    readonly remove?: readonly DeviceId[];
    readonly vault?: VaultReference | undefined;
    readonly previousArchive?: ArchiveKey;
    readonly now: number;
  },
): Promise<DeviceListState> {
  const { account, previous, author, add = [], remove = [], vault, previousArchive = account.archive, now } = input;
  const version = previous.list.version + 1;
  const added = add.map(({ keys }) => publicDevice(keys, version));
  const devices = changeDevices(previous, added, remove);
  const known = openDeviceLabels(account, previousArchive, previous.list);
  const labels = [
    ...known.filter(({ deviceId }) => devices.some((device) => device.deviceId === deviceId)),
    ...add.map(({ keys, name }) => ({ deviceId: keys.deviceId, addedAt: now, name })),
  ];
  return signDeviceList(input, account, {
    version,
    previousHash: previous.hash,
    issuedAt: now,
    author,
    labels,
    vaultVersion: vault?.version ?? previous.list.vaultVersion,
    vaultHash: vault?.hash ?? previous.list.vaultHash,
    devices,
    removed: [...previous.removed, ...new Set(remove)].slice(-MOST_REMOVED),
  });
}

function changeDevices(
  { list, removed }: DeviceListState,
  added: readonly Device[],
  remove: readonly DeviceId[],
): readonly Device[] {
  const current = new Set(list.devices.map((device) => device.deviceId));
  for (const id of remove) if (!current.has(id)) throw new SealError('NOT_FOUND', 'device list: no such device');
  const taken = new Set([...current, ...removed]);
  for (const { deviceId } of added) {
    if (taken.has(deviceId)) throw new SealError('DEVICE_LIST_REJECTED', 'device list: the device was on it before');
    taken.add(deviceId);
  }
  const devices = [...list.devices.filter((device) => !remove.includes(device.deviceId)), ...added];
  if (devices.length === 0) throw new SealError('DEVICE_LIST_REJECTED', 'device list: no device would be left');
  if (devices.length > COUNT_LIMITS.devicesPerUser) throw new SealError('TOO_MANY_DEVICES');
  return devices.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
}
