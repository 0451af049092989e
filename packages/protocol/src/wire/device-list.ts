import { fixed, id, list, malformed, struct, u32, u53, versioned, type Codec } from '../codec.ts';
import type { Bytes } from '../bytes.ts';
import type { DeviceId, TenantId, UserId } from '../ids.ts';
import { keyCodec, type DhPublicKey, type SignPublicKey } from '../keys.ts';
import { COUNT_LIMITS } from '../limits.ts';
import { WIRE_VERSION } from '../version.ts';

/** The public half of one device, as its account vouches for it. */
export interface Device {
  readonly deviceId: DeviceId;
  /** X25519 identity key, 32 bytes. */
  readonly dhKey: DhPublicKey;
  /** Ed25519 key that signs prekeys and sign-in challenges, 32 bytes. */
  readonly signKey: SignPublicKey;
  /** Changes when a device starts over, so that a peer notices a re-registration. */
  readonly registrationId: number;
  /** Version of the list in which the device first stood. */
  readonly addedIn: number;
}

/** All devices of an account at one version; each version names the hash of the one before. */
export interface DeviceList {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Account identity key, Ed25519, 32 bytes. */
  readonly accountKey: SignPublicKey;
  /** From 1, without gaps. */
  readonly version: number;
  /** SHA-256 of the encoding of the version before; zeros for version 1. */
  readonly previousHash: Bytes;
  /** Clock of the device that signed, ms. Informative only. */
  readonly issuedAt: number;
  /** In ascending order of id, no id twice. */
  readonly devices: readonly Device[];
}

/** A device list as it travels: the exact bytes that were signed, and the account key's signature over them. */
export interface SignedDeviceList {
  readonly bytes: Bytes;
  readonly signature: Bytes;
}

const deviceCodec: Codec<Device> = struct<Device>({
  deviceId: id<DeviceId>(),
  dhKey: keyCodec(32),
  signKey: keyCodec(32),
  registrationId: u32,
  addedIn: u32,
});

const devicesCodec: Codec<readonly Device[]> = {
  write(out, devices) {
    if (!isAscending(devices)) throw new RangeError('device list: devices must be in ascending order of id');
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
  WIRE_VERSION,
  struct<DeviceList>({
    tenantId: id<TenantId>(),
    userId: id<UserId>(),
    accountKey: keyCodec(32),
    version: u32,
    previousHash: fixed(32),
    issuedAt: u53,
    devices: devicesCodec,
  }),
);
