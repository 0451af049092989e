import {
  SIZE_LIMITS,
  fixed,
  id,
  keyCodec,
  nullable,
  struct,
  text,
  u32,
  type Bytes,
  type DeviceId,
  type DhPublicKey,
  type SignPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { accountSecretsCodec, type AccountSecrets } from '../account-secrets.ts';
import { newDeviceCodec, type NewDevice } from '../join-consent.ts';

/** Step 1, new device: I will answer with a key I have chosen already. */
export interface LinkRequest {
  /** SHA-256, see `commit`. */
  readonly commitment: Bytes;
  /** What the new device calls itself, for the person who must confirm; at most 64 bytes of UTF-8. */
  readonly deviceName: string;
}

/** Step 2, old device: its ephemeral X25519 key. */
export interface LinkAnswer {
  readonly ephemeralKey: DhPublicKey;
}

/** Step 3, new device: what it had committed to, whole. */
export interface LinkOpening {
  readonly ephemeralKey: DhPublicKey;
  /** The device that is to join. */
  readonly device: NewDevice;
  /** 32 random bytes that kept the commitment from being guessed. */
  readonly opening: Bytes;
}

/** Step 4, old device, after its user confirmed the digits: the account. */
export interface LinkGrant {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Null for guests. */
  readonly username: string | null;
  /** Ed25519, 32 bytes: whose account it is. */
  readonly identityKey: SignPublicKey;
  readonly secrets: AccountSecrets;
  /** The device list as the old device knows it: the server cannot show the new one an older. */
  readonly deviceListVersion: number;
  readonly deviceListHash: Bytes;
  /** The old device, and its signature over the new device's keys: see `JoinConsent`. */
  readonly byDeviceId: DeviceId;
  readonly consent: Bytes;
}

const USERNAME_MAX_BYTES = 4 * SIZE_LIMITS.usernameMax;

export const linkRequestCodec = struct<LinkRequest>({
  commitment: fixed(32),
  deviceName: text(SIZE_LIMITS.deviceName),
});
export const linkAnswerCodec = struct<LinkAnswer>({ ephemeralKey: keyCodec(32) });
export const linkOpeningCodec = struct<LinkOpening>({
  ephemeralKey: keyCodec(32),
  device: newDeviceCodec,
  opening: fixed(32),
});
export const linkGrantCodec = struct<LinkGrant>({
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
  username: nullable(text(USERNAME_MAX_BYTES)),
  identityKey: keyCodec(32),
  secrets: accountSecretsCodec,
  deviceListVersion: u32,
  deviceListHash: fixed(32),
  byDeviceId: id<DeviceId>(),
  consent: fixed(64),
});
