import {
  fixed,
  id,
  list,
  malformed,
  nullable,
  struct,
  text,
  u32,
  u53,
  variable,
  versioned,
  type Codec,
} from '../codec.ts';
import type { Bytes } from '../bytes.ts';
import type { DeviceId, TenantId, UserId } from '../ids.ts';
import { keyCodec, type DhPublicKey, type SignPublicKey } from '../keys.ts';
import { COUNT_LIMITS, SIZE_LIMITS } from '../limits.ts';
import { signedCertificateCodec, type SignedCertificate } from './certificate.ts';

/** Version byte of a device list. */
const DEVICE_LIST_VERSION = 2;

/** The public half of one device, as its account vouches for it. */
export interface Device {
  readonly deviceId: DeviceId;
  /** X25519 identity key, 32 bytes. */
  readonly dhKey: DhPublicKey;
  /** Ed25519 key that signs prekeys and sign-in challenges, 32 bytes. */
  readonly signKey: SignPublicKey;
  /** Changes when a device starts over, so that a peer notices a re-registration. */
  readonly registrationId: number;
  /** Bits of `CAPABILITIES`. */
  readonly capabilities: number;
  /** Version of the list in which the device first stood. */
  readonly addedIn: number;
}

/** All devices of an account at one version; each version names the hash of the one before. */
export interface DeviceList {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** As its owner writes it; null for guests. */
  readonly username: string | null;
  /** Says which key signs this list. */
  readonly certificate: SignedCertificate;
  /** From 1, without gaps. */
  readonly version: number;
  /** SHA-256 of the encoding of the version before; zeros for version 1. */
  readonly previousHash: Bytes;
  /** Clock of the device that signed, ms. Informative only. */
  readonly issuedAt: number;
  /** The device that signed: one of the version before, or one that this version adds. */
  readonly author: DeviceId;
  /** Epoch of the archive key that `labels` is sealed under. */
  readonly archiveEpoch: number;
  /** Names of the devices and when they were added, sealed for the account's own devices. */
  readonly labels: Bytes;
  /** Version of the account's vault; 0 for an account without unlock ways. */
  readonly vaultVersion: number;
  /** SHA-256 of that vault; zeros for version 0. */
  readonly vaultHash: Bytes;
  /** In ascending order of id, no id twice. */
  readonly devices: readonly Device[];
}

/** A device list as it travels: the exact bytes that were signed, and the signature of the key that the list's certificate names. */
export interface SignedDeviceList {
  readonly bytes: Bytes;
  readonly signature: Bytes;
}

const deviceCodec: Codec<Device> = struct<Device>({
  deviceId: id<DeviceId>(),
  dhKey: keyCodec(32),
  signKey: keyCodec(32),
  registrationId: u32,
  capabilities: u32,
  addedIn: u32,
});

const devicesCodec: Codec<readonly Device[]> = {
  write(out, devices) {
    if (!isAscending(devices)) throw new RangeError('device list: not ascending');
    list(deviceCodec, COUNT_LIMITS.devicesPerUser).write(out, devices);
  },
  read(input) {
    const devices = list(deviceCodec, COUNT_LIMITS.devicesPerUser).read(input);
    if (!isAscending(devices)) throw malformed('devices out of order');
    return devices;
  },
};

/** Lower-case UUIDs sort as their bytes do. */
function isAscending(devices: readonly Device[]): boolean {
  return devices.every((device, i) => i === 0 || devices[i - 1]!.deviceId < device.deviceId);
}

/** Wire form of a device list. */
export const deviceListCodec: Codec<DeviceList> = versioned(
  DEVICE_LIST_VERSION,
  struct<DeviceList>({
    tenantId: id<TenantId>(),
    userId: id<UserId>(),
    username: nullable(text(4 * SIZE_LIMITS.usernameMax)),
    certificate: signedCertificateCodec,
    version: u32,
    previousHash: fixed(32),
    issuedAt: u53,
    author: id<DeviceId>(),
    archiveEpoch: u32,
    labels: variable(SIZE_LIMITS.deviceLabels),
    vaultVersion: u32,
    vaultHash: fixed(32),
    devices: devicesCodec,
  }),
);
