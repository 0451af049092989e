import type { Bytes, ConversationId, DeviceId, SignPublicKey, TenantId, UserId } from '@seal-chat/protocol';
import type { SignKeyPair } from '../keys.ts';
import type { Subtle } from '../curves/subtle.ts';
import type { Kem } from '../kem/kem.ts';
import type { Rng } from '../rng.ts';

/** The MLS group of a channel (RFC 9420) as the rest of Seal sees it: bytes and names, nothing of the library. */

/** A leaf: a device of a person. Its credential is tenant, user and device id. */
export interface MlsMember {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

/** This device: its leaf is signed with the device's own signing key, which its signed device list vouches for. */
export interface MlsIdentity extends MlsMember {
  readonly tenantId: TenantId;
  readonly signKey: SignKeyPair;
}

/** Which group of a tenant: `incarnation` counts how often the channel's group was reset. */
export interface GroupName {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly incarnation: number;
}

/**
 * Whether `signatureKey` is the signing key of that device on its verified device list. Fails closed: an unknown list
 * is a no, and the caller that wants a yes fetches the list and tries again.
 */
export type Authenticate = (member: MlsMember, signatureKey: SignPublicKey) => boolean | Promise<boolean>;

/** Secret. `epoch` changes with Commits only; `ratchets`, which is small, with every message. */
export interface GroupState {
  readonly epoch: Bytes;
  readonly ratchets: Bytes;
}

export interface MlsDeps {
  readonly subtle: Subtle;
  readonly rng: Rng;
  /** ML-KEM-768, asked for where something enters or may enter a group; it may have to be downloaded. */
  readonly kem: () => Promise<Kem>;
  /** Server's clock, ms. */
  readonly now: number;
}

/** What every member of the group knows of its present epoch. */
export interface GroupDescription extends GroupName {
  readonly suite: number;
  readonly epoch: number;
  readonly members: readonly MlsMember[];
  /** SHA-256 of the epoch authenticator, 32 bytes: the same for all who are in the same group state. */
  readonly authenticator: Bytes;
}
