import {
  CAPABILITIES,
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
import { sealDeviceLabels, type DeviceLabel } from './device-labels.ts';
import { deviceListSignatureInput, type DeviceListState } from './device-list.ts';
import { freshKeyPair } from './fresh-key-pair.ts';
import type { NewDevice } from './join-consent.ts';
import { sha256 } from './kdf.ts';
import type { DhKeyPair, SignKeyPair } from './keys.ts';
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

/** What making keys takes. */
export interface Randomness {
  readonly curves: Curves;
  readonly rng: Rng;
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

/** Signs a certificate with the identity key. */
export async function certify(
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

/** Makes the archive key of an epoch. */
export function newArchive(rng: Rng, epoch: number): ArchiveKey {
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

/** Which vault is the account's present one, as its device list says it. */
export interface VaultReference {
  /** From 1. */
  readonly version: number;
  /** SHA-256 of the vault, 32 bytes. */
  readonly hash: Bytes;
}

/**
 * Makes version 1 of an account's device list, with its first device, signed. `now` is in ms since 1970.
 *
 * @param input.vault left out for an account without unlock ways
 */
export function createDeviceList(
  input: Randomness & {
    readonly account: Account;
    readonly device: NamedDevice;
    readonly vault?: VaultReference | undefined;
    readonly now: number;
  },
): Promise<DeviceListState> {
  const { account, device, vault, now } = input;
  const { deviceId } = device.keys;
  return signDeviceList(input, account, {
    version: 1,
    previousHash: new Uint8Array(32),
    issuedAt: now,
    author: deviceId,
    labels: [{ deviceId, addedAt: now, name: device.name }],
    vaultVersion: vault?.version ?? 0,
    vaultHash: vault?.hash ?? new Uint8Array(32),
    devices: [publicDevice(device.keys, 1)],
    removed: [],
  });
}

/** Signs a list with the account key. @throws SealError IDENTITY_CHANGED when `account` does not hold the key of its certificate */
export async function signDeviceList(
  { curves, rng }: Randomness,
  account: Account,
  content: Pick<
    DeviceList,
    'version' | 'previousHash' | 'issuedAt' | 'author' | 'vaultVersion' | 'vaultHash' | 'devices'
  > & {
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

/** Returns what a list says of a device that is new in version `addedIn`. */
export function publicDevice(keys: DeviceKeys, addedIn: number): Device {
  return { ...newDeviceOf(keys), capabilities: OWN_CAPABILITIES, addedIn };
}

function randomUint32(rng: Rng): number {
  const bytes = rng(4);
  const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  return value === 0 ? 1 : value;
}
