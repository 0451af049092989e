import {
  CAPABILITIES,
  COUNT_LIMITS,
  SealError,
  asKey,
  certificateCodec,
  constantTimeEqual,
  decode,
  deviceListCodec,
  encode,
  newId,
  type Bytes,
  type Device,
  type DeviceId,
  type DeviceList,
  type SignedCertificate,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { ArchiveKey } from './account-secrets.ts';
import { certificateSignatureInput } from './certificate.ts';
import type { Curves } from './curves/curves.ts';
import { openDeviceLabels, sealDeviceLabels, type DeviceLabel } from './device-labels.ts';
import {
  MOST_REMOVED,
  deviceListSignatureInput,
  type DeviceListState,
  type VerifiedDeviceList,
} from './device-list.ts';
import { freshKeyPair } from './fresh-key-pair.ts';
import type { NewDevice } from './join-consent.ts';
import { sha256 } from './kdf.ts';
import type { DhKeyPair, SignKeyPair, SignSeed } from './keys.ts';
import type { Rng } from './rng.ts';

/** An account with the key that speaks for it now (Ed25519), and the certificate that says so. */
export interface Account {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Null for guests. */
  readonly username: string | null;
  readonly certificate: SignedCertificate;
  readonly key: SignKeyPair;
  readonly archive: ArchiveKey;
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

interface Randomness {
  readonly curves: Curves;
  readonly rng: Rng;
}

/** Derives the Ed25519 key pair of a 32-byte seed: of an account key or an identity key. */
export function signKeyFromSeed(curves: Curves, seed: SignSeed): Promise<SignKeyPair> {
  return curves.signKeyPair(seed);
}

/** Makes the keys of a new account: its identity key, and its first account key under certificate 1. */
export async function createAccountKeys(
  input: Randomness & Pick<Account, 'tenantId' | 'userId' | 'username'>,
): Promise<{ readonly identity: SignKeyPair; readonly account: Account }> {
  const { curves, rng, tenantId, userId, username } = input;
  const identity = await curves.newSignKeyPair(rng);
  const key = await curves.newSignKeyPair(rng);
  const content = { tenantId, userId, number: 1, accountKey: key.publicKey, previousHash: new Uint8Array(32) };
  const certificate = await certify(curves, identity, content);
  return { identity, account: { tenantId, userId, username, certificate, key, archive: newArchive(rng, 1) } };
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
    throw new SealError('IDENTITY_CHANGED', 'certificate: another identity key');
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

async function certify(
  curves: Curves,
  identity: SignKeyPair,
  content: Pick<Account, 'tenantId' | 'userId'> & {
    readonly number: number;
    readonly accountKey: SignKeyPair['publicKey'];
    readonly previousHash: Bytes;
  },
): Promise<SignedCertificate> {
  const bytes = encode(certificateCodec, { ...content, identityKey: identity.publicKey });
  return { bytes, signature: await curves.sign(identity, certificateSignatureInput(bytes)) };
}

function newArchive(rng: Rng, epoch: number): ArchiveKey {
  return { epoch, key: asKey(rng(32)) };
}

/** Makes the id and keys of a new device. They live and die together: a device that starts over gets new ones. */
export async function createDeviceKeys({ curves, rng }: Randomness): Promise<DeviceKeys> {
  return {
    deviceId: newId<DeviceId>(rng(16)),
    dh: await freshKeyPair(rng, (seed) => curves.dhKeyPair(asKey(seed))),
    sign: await curves.newSignKeyPair(rng),
    registrationId: randomUint32(rng),
  };
}

/** A device to add, and what its owner sees it called. */
export interface NamedDevice {
  readonly keys: DeviceKeys;
  /** At most 64 bytes of UTF-8. */
  readonly name: string;
}

/** Makes version 1 of an account's device list, with its first device, signed. `now` is in ms since 1970. */
export function createDeviceList(
  input: Randomness & { readonly account: Account; readonly device: NamedDevice; readonly now: number },
): Promise<DeviceListState> {
  const { account, device, now } = input;
  const { deviceId } = device.keys;
  return signDeviceList(input, account, {
    version: 1,
    previousHash: new Uint8Array(32),
    issuedAt: now,
    author: deviceId,
    labels: [{ deviceId, addedAt: now, name: device.name }],
    devices: [publicDevice(device.keys, 1)],
    removed: [],
  });
}

/**
 * Makes the version after `previous`, signed by `account`: with the devices of `add`, without those of `remove`. Where
 * `account` is the successor of the one that signed `previous`, the list makes it known. `now` is in ms since 1970.
 *
 * @param input.author the device that signs
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
    readonly previousArchive?: ArchiveKey;
    readonly now: number;
  },
): Promise<DeviceListState> {
  const { account, previous, author, add = [], remove = [], previousArchive = account.archive, now } = input;
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
    if (taken.has(deviceId)) throw new SealError('DEVICE_LIST_REJECTED', 'device list: was on it before');
    taken.add(deviceId);
  }
  const devices = [...list.devices.filter((device) => !remove.includes(device.deviceId)), ...added];
  if (devices.length === 0) throw new SealError('DEVICE_LIST_REJECTED', 'device list: no device left');
  if (devices.length > COUNT_LIMITS.devicesPerUser) throw new SealError('TOO_MANY_DEVICES');
  return devices.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
}

async function signDeviceList(
  { curves, rng }: Randomness,
  account: Account,
  content: Pick<DeviceList, 'version' | 'previousHash' | 'issuedAt' | 'author' | 'devices'> & {
    readonly labels: readonly DeviceLabel[];
    readonly removed: readonly DeviceId[];
  },
): Promise<DeviceListState> {
  const { labels, removed, ...rest } = content;
  const { tenantId, userId, username, certificate, archive, key } = account;
  const decoded = decode(certificateCodec, certificate.bytes);
  if (!constantTimeEqual(decoded.accountKey, key.publicKey)) {
    throw new SealError('IDENTITY_CHANGED', 'device list: for another key');
  }
  const list: DeviceList = {
    tenantId,
    userId,
    username,
    certificate,
    archiveEpoch: archive.epoch,
    labels: sealDeviceLabels({ owner: account, archive, labels, rng }),
    ...rest,
  };
  const bytes = encode(deviceListCodec, list);
  const signature = await curves.sign(key, deviceListSignatureInput(bytes));
  return { list, certificate: decoded, hash: sha256(bytes), signed: { bytes, signature }, removed };
}

/** Returns what others learn of a device. */
export function newDeviceOf({ deviceId, dh, sign, registrationId }: DeviceKeys): NewDevice {
  return { deviceId, dhKey: dh.publicKey, signKey: sign.publicKey, registrationId };
}

/** What this version of Seal can speak: every device that it makes says so in its account's list. */
const OWN_CAPABILITIES = CAPABILITIES.pqRatchet;

function publicDevice(keys: DeviceKeys, addedIn: number): Device {
  return { ...newDeviceOf(keys), capabilities: OWN_CAPABILITIES, addedIn };
}

function randomUint32(rng: Rng): number {
  const bytes = rng(4);
  const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  return value === 0 ? 1 : value;
}
