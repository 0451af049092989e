import {
  COUNT_LIMITS,
  SealError,
  asKey,
  constantTimeEqual,
  deviceListCodec,
  encode,
  newId,
  type Device,
  type DeviceId,
  type DeviceList,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import { deviceListSignatureInput, type DeviceListState } from './device-list.ts';
import { freshKeyPair } from './fresh-key-pair.ts';
import { sha256 } from './kdf.ts';
import type { DhKeyPair, SignKeyPair, SignSeed } from './keys.ts';
import type { Rng } from './rng.ts';

/** An account with the key that speaks for it (Ed25519): who holds it decides which devices belong to the account. */
export interface Account {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly key: SignKeyPair;
}

/** The secret half of a device. */
export interface DeviceKeys {
  readonly deviceId: DeviceId;
  /** X25519 identity key: agrees on sessions. */
  readonly dh: DhKeyPair;
  /** Ed25519 key: signs prekeys and answers challenges. */
  readonly sign: SignKeyPair;
  /** Random 32-bit number, never 0. */
  readonly registrationId: number;
}

/** Derives the account key of a 32-byte seed; the seed is what linking and recovery carry. */
export function accountKeyFromSeed(curves: Curves, seed: SignSeed): Promise<SignKeyPair> {
  return curves.signKeyPair(seed);
}

/** Makes a new account key. */
export function createAccountKey(deps: { readonly curves: Curves; readonly rng: Rng }): Promise<SignKeyPair> {
  return deps.curves.newSignKeyPair(deps.rng);
}

/** Makes the id and keys of a new device. They live and die together: a device that starts over gets new ones. */
export async function createDeviceKeys(deps: { readonly curves: Curves; readonly rng: Rng }): Promise<DeviceKeys> {
  const { curves, rng } = deps;
  return {
    deviceId: newId<DeviceId>(rng(16)),
    dh: await freshKeyPair(rng, (seed) => curves.dhKeyPair(asKey(seed))),
    sign: await curves.newSignKeyPair(rng),
    registrationId: randomUint32(rng),
  };
}

/** Makes version 1 of an account's device list, with its first device, signed. `now` is in ms since 1970. */
export function createDeviceList(input: {
  readonly curves: Curves;
  readonly account: Account;
  readonly device: DeviceKeys;
  readonly now: number;
}): Promise<DeviceListState> {
  const { curves, account, device, now } = input;
  const list: DeviceList = {
    tenantId: account.tenantId,
    userId: account.userId,
    accountKey: account.key.publicKey,
    version: 1,
    previousHash: new Uint8Array(32),
    issuedAt: now,
    devices: [publicDevice(device, 1)],
  };
  return signDeviceList(curves, account, list, []);
}

/**
 * Makes the version after `previous`, signed: with the devices of `add`, without those of `remove`. `now` is in ms
 * since 1970.
 *
 * @throws SealError IDENTITY_CHANGED when `previous` is not of this account key; TOO_MANY_DEVICES; NOT_FOUND when a
 *   device to remove is not in the list; DEVICE_LIST_REJECTED when an id is or was in the list, or no device would be
 * left
 */
export async function extendDeviceList(input: {
  readonly curves: Curves;
  readonly account: Account;
  readonly previous: DeviceListState;
  readonly add?: readonly DeviceKeys[];
  readonly remove?: readonly DeviceId[];
  readonly now: number;
}): Promise<DeviceListState> {
  const { curves, account, previous, add = [], remove = [], now } = input;
  if (!constantTimeEqual(previous.list.accountKey, account.key.publicKey)) {
    throw new SealError('IDENTITY_CHANGED', 'device list: it has another account key');
  }
  const version = previous.list.version + 1;
  const added = add.map((keys) => publicDevice(keys, version));
  const devices = changeDevices(previous, added, remove);
  const list: DeviceList = { ...previous.list, version, previousHash: previous.hash, issuedAt: now, devices };
  return signDeviceList(curves, account, list, [...previous.removed, ...new Set(remove)]);
}

function changeDevices(
  { list, removed }: DeviceListState,
  added: readonly Device[],
  remove: readonly DeviceId[],
): readonly Device[] {
  const current = new Set(list.devices.map((device) => device.deviceId));
  for (const id of remove)
    if (!current.has(id)) throw new SealError('NOT_FOUND', 'device list: the device to remove is not in the list');
  const taken = new Set([...current, ...removed]);
  for (const { deviceId } of added) {
    if (taken.has(deviceId))
      throw new SealError('DEVICE_LIST_REJECTED', 'device list: the device id is or was in the list already');
    taken.add(deviceId);
  }
  const devices = [...list.devices.filter((device) => !remove.includes(device.deviceId)), ...added];
  if (devices.length === 0) throw new SealError('DEVICE_LIST_REJECTED', 'device list: no device would be left');
  if (devices.length > COUNT_LIMITS.devicesPerUser) throw new SealError('TOO_MANY_DEVICES');
  return devices.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
}

async function signDeviceList(
  curves: Curves,
  account: Account,
  list: DeviceList,
  removed: readonly DeviceId[],
): Promise<DeviceListState> {
  const bytes = encode(deviceListCodec, list);
  const signature = await curves.sign(account.key, deviceListSignatureInput(bytes));
  return { list, hash: sha256(bytes), signed: { bytes, signature }, removed };
}

function publicDevice({ deviceId, dh, sign, registrationId }: DeviceKeys, addedIn: number): Device {
  return { deviceId, dhKey: dh.publicKey, signKey: sign.publicKey, registrationId, addedIn };
}

function randomUint32(rng: Rng): number {
  const bytes = rng(4);
  const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  return value === 0 ? 1 : value;
}
