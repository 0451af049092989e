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
  type DhPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { accountSecretsCodec, type AccountSecrets } from '../account-secrets.ts';

/** Step 1, new device: I will answer with a key I have chosen already. */
export interface LinkRequest {
  /** SHA-256, see `commit`. */
  readonly commitment: Bytes;
  /** What the new device calls itself, for the person who must confirm; at most 100 bytes of UTF-8. */
  readonly deviceName: string;
}

/** Step 2, old device: its ephemeral X25519 key. */
export interface LinkAnswer {
  readonly ephemeralKey: DhPublicKey;
}

/** Step 3, new device: the key it had committed to. */
export interface LinkOpening {
  readonly ephemeralKey: DhPublicKey;
  /** 32 random bytes that kept the commitment from being guessed. */
  readonly opening: Bytes;
}

/** Step 4, old device, after its user confirmed the digits: the account. */
export interface LinkGrant {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Null for guests. */
  readonly username: string | null;
  readonly secrets: AccountSecrets;
  /** The device list as the old device knows it: the server cannot show the new one an older. */
  readonly deviceListVersion: number;
  readonly deviceListHash: Bytes;
}

/** Bytes of UTF-8 a device name may have. */
export const DEVICE_NAME_MAX = 100;
const USERNAME_MAX_BYTES = 4 * SIZE_LIMITS.usernameMax;

export const linkRequestCodec = struct<LinkRequest>({ commitment: fixed(32), deviceName: text(DEVICE_NAME_MAX) });
export const linkAnswerCodec = struct<LinkAnswer>({ ephemeralKey: keyCodec(32) });
export const linkOpeningCodec = struct<LinkOpening>({ ephemeralKey: keyCodec(32), opening: fixed(32) });
export const linkGrantCodec = struct<LinkGrant>({
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
  username: nullable(text(USERNAME_MAX_BYTES)),
  secrets: accountSecretsCodec,
  deviceListVersion: u32,
  deviceListHash: fixed(32),
});
