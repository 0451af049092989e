import type { ChannelEntry } from './channels.ts';
import type { ErrorCode, ErrorDetails } from '../errors.ts';
import type { ChallengeId, ConversationId, DeviceId, MessageId, TenantId, UserId } from '../ids.ts';

/** What procedures answer. Bytes are base64url text, times are ms since 1970 on the server's clock. */

export interface ChallengeAnswer {
  readonly tenantId: TenantId;
  readonly challengeId: ChallengeId;
  /** 32 bytes. */
  readonly nonce: string;
  readonly expiresAt: number;
  readonly serverTime: number;
}

export interface SessionAnswer {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly username: string | null;
  readonly accessToken: string;
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: number;
  readonly serverTime: number;
}

export interface UserProfile {
  readonly userId: UserId;
  /** Null for guests. */
  readonly username: string | null;
}

/** Bytes that were signed, and the signature. */
export interface SignedDeviceListAnswer {
  readonly bytes: string;
  readonly signature: string;
}

export interface DeviceListsAnswer {
  readonly lists: readonly { readonly userId: UserId; readonly chain: readonly SignedDeviceListAnswer[] }[];
}

export interface PublicPreKeyAnswer {
  readonly keyId: number;
  readonly publicKey: string;
  readonly signature: string;
}

export interface PreKeyBundleAnswer {
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  readonly signedPreKey: PublicPreKeyAnswer;
  readonly oneTimePreKey: PublicPreKeyAnswer | null;
  readonly kemPreKey: PublicPreKeyAnswer & { readonly kind: 'kemOneTime' | 'kemLastResort' };
}

/** Whether the server has seen a later revision of this device's store: it was rolled back. */
export interface CheckpointAnswer {
  readonly rollback: boolean;
}

/** A meeting point was opened. */
export interface LinkAnswer {
  readonly expiresAt: number;
}

/** One step of linking; null while the other device has not written it. */
export interface LinkStepAnswer {
  readonly payload: string | null;
}

/** Devices that published no prekeys yet, or left, have no bundle in the answer. */
export interface ClaimAnswer {
  readonly bundles: readonly PreKeyBundleAnswer[];
}

/** Exactly what the server holds for the asking device: an id that is missing here has been claimed. */
export interface PreKeyStatus {
  readonly signedPreKeyId: number | null;
  readonly lastResortKemPreKeyId: number | null;
  readonly oneTimePreKeyIds: readonly number[];
  readonly oneTimeKemPreKeyIds: readonly number[];
}

export interface RecoveryAnswer {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly username: string;
  readonly blob: string;
  /** The whole chain of signed device lists, oldest first. */
  readonly chain: readonly SignedDeviceListAnswer[];
}

export type MemberRole = 'owner' | 'admin' | 'member';

export interface MemberAnswer {
  readonly userId: UserId;
  readonly username: string | null;
  readonly role: MemberRole;
  readonly deviceListVersion: number;
  /** A device of this member has stored everything up to this sequence number. */
  readonly deliveredSeq: number;
}

export interface ConversationAnswer {
  readonly conversationId: ConversationId;
  readonly kind: 'dm' | 'channel';
  readonly members: readonly MemberAnswer[];
  readonly lastSeq: number;
  readonly createdAt: number;
  /** Channels only. */
  readonly channel?: {
    readonly visibility: 'public' | 'private';
    /** Null for private ones. */
    readonly name: string | null;
    readonly description: string | null;
  };
}

export interface SendAnswer {
  readonly seq: number;
  /** When the server accepted it. */
  readonly acceptedAt: number;
}

export interface StoredMessage {
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly messageId: MessageId;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly acceptedAt: number;
  /** Empty when it was deleted or has expired. */
  readonly body: string;
}

export interface HistoryAnswer {
  /** Newest first. `envelope` is the asking device's, while it is in its mailbox. */
  readonly messages: readonly (StoredMessage & { readonly envelope: string | null })[];
}

/** Events with a `position` come from the device's mailbox, in order, until acknowledged. */
export type MailboxEvent =
  | (StoredMessage & { readonly type: 'message'; readonly position: number; readonly envelope: string })
  | {
      readonly type: 'retry-request';
      readonly position: number;
      readonly conversationId: ConversationId;
      readonly seq: number;
      /** Who could not open the message. */
      readonly userId: UserId;
      readonly deviceId: DeviceId;
    }
  | WelcomeEvent;

/** A place in a channel's group for this device; comes after the Commit that made it was accepted. */
export interface WelcomeEvent {
  readonly type: 'welcome';
  readonly position: number;
  readonly conversationId: ConversationId;
  /** Of the Commit. */
  readonly seq: number;
  readonly generation: number;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly welcome: string;
}

/** Events that are not stored: a device that was away learns the state from the lists instead. */
export type LiveEvent =
  /** The mailbox as it was when the subscription began has been sent. */
  | { readonly type: 'caught-up' }
  | { readonly type: 'conversation'; readonly conversation: ConversationAnswer }
  | {
      readonly type: 'delivered';
      readonly conversationId: ConversationId;
      readonly userId: UserId;
      readonly upToSeq: number;
    }
  | {
      readonly type: 'typing';
      readonly conversationId: ConversationId;
      readonly userId: UserId;
      readonly isTyping: boolean;
    }
  | {
      readonly type: 'presence';
      readonly userId: UserId;
      readonly state: PresenceState;
      readonly lastSeenAt: number | null;
    }
  | { readonly type: 'device-list'; readonly userId: UserId; readonly version: number }
  /** The next entry of a channel's log. */
  | { readonly type: 'channel-entry'; readonly conversationId: ConversationId; readonly entry: ChannelEntry }
  /** The log of a channel reaches up to `lastSeq`; `isPending` when its group has to be brought up to date. */
  | {
      readonly type: 'channel-head';
      readonly conversationId: ConversationId;
      readonly lastSeq: number;
      readonly isPending: boolean;
    }
  /** The account is no longer a member. */
  | { readonly type: 'conversation-gone'; readonly conversationId: ConversationId }
  /** `channels.invitations` has changed. */
  | { readonly type: 'invitations' }
  /** A message's body was deleted. */
  | { readonly type: 'removed'; readonly conversationId: ConversationId; readonly seq: number }
  | { readonly type: 'key-packages-low'; readonly oneTime: number }
  | { readonly type: 'prekeys-low'; readonly oneTime: number; readonly kemOneTime: number };

export type PresenceState = 'online' | 'away' | 'offline';

export type SyncEvent = MailboxEvent | LiveEvent;

/** What one event of the subscription carries; its tracked id is the highest mailbox position sent so far. */
export interface SyncBatch {
  readonly events: readonly SyncEvent[];
}

/** `data.seal` of every tRPC error. */
export interface ErrorAnswer {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
}
