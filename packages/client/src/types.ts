import type {
  AttachmentId,
  Bytes,
  ConversationId,
  DeviceId,
  ErrorCode,
  MessageId,
  SealError,
  TenantId,
  UserId,
} from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';
import type { AttachmentKind, Mention, MessageRef } from '@seal-chat/protocol/content';

/** The public vocabulary of the SDK: plain, immutable values. Times are ms since 1970. */

/** Someone on this server. */
export interface Person {
  readonly userId: UserId;
  /** Null for guests. */
  readonly username: string | null;
}

/** What this device is to the server. */
export type AccountState =
  /** The local store is being opened. */
  | { readonly status: 'opening' }
  /** The local store cannot be used; nothing works until it can. */
  | { readonly status: 'storage-failed'; readonly error: SealError }
  /** No account on this device, or signed out. `resumable` is the account `signIn()` would continue. */
  | { readonly status: 'signed-out'; readonly resumable: Person | null }
  | {
      readonly status: 'signed-in';
      readonly tenantId: TenantId;
      readonly userId: UserId;
      readonly deviceId: DeviceId;
      readonly username: string | null;
      /** The recovery code made at sign-up, until `confirmRecoveryCode()`: the only copy there is. */
      readonly recoveryCode: string | null;
    }
  /** Another device removed this one. What is stored stays readable; `signOut({ wipe: true })` starts over. */
  | {
      readonly status: 'revoked';
      readonly userId: UserId;
      readonly deviceId: DeviceId;
      readonly username: string | null;
    };

/** How this device, over all its tabs, reaches the server. */
export type ConnectionState =
  /** Signed out or closed: no connection is wanted. */
  | { readonly status: 'idle' }
  | { readonly status: 'connecting' }
  /** Connected; what was missed is still arriving. */
  | { readonly status: 'catching-up' }
  | { readonly status: 'online' }
  /** The next attempt starts at `retryAt`; `error` is why the last one ended. */
  | { readonly status: 'offline'; readonly retryAt: number; readonly error: SealError | null };

export type PresenceState = 'online' | 'away' | 'offline';

export interface Presence {
  readonly state: PresenceState;
  /** When the person was last connected, if the server told. */
  readonly lastSeenAt: number | null;
}

/** How far an own message got: the ticks. */
export type DeliveryStatus =
  /** In the outbox. */
  | 'sending'
  /** Stored by the server. */
  | 'sent'
  /** Stored by a device of every other member. */
  | 'delivered'
  /** Read by every other member. */
  | 'read'
  /** Not sent and not going to be by itself: `failure` says why; `retry` or `discard` it. */
  | 'failed';

export type MessageView =
  | { readonly kind: 'text'; readonly text: string }
  /** A text with more to it; without text it has attachments. */
  | {
      readonly kind: 'post';
      readonly text: string;
      readonly replyTo: ReplyView | null;
      readonly mentions: readonly Mention[];
      readonly attachments: readonly MessageAttachment[];
    }
  /** Taken back, or its time was over before it was seen here. */
  | { readonly kind: 'deleted' }
  /** Asks the person into a channel. `gone`: there is nothing to accept any more. */
  | {
      readonly kind: 'invitation';
      readonly channelId: ConversationId;
      readonly name: string;
      readonly description: string;
      readonly state: 'open' | 'accepted' | 'gone';
    }
  /** Not said by anybody: something about the conversation has changed. The message's sender did it. */
  | { readonly kind: 'event'; readonly event: ConversationEvent }
  /** Could not be opened. Kept, and opened later should the cause go away; `isRetrying` while that is likely. */
  | { readonly kind: 'undecryptable'; readonly cause: ErrorCode; readonly isRetrying: boolean }
  /** Made by a newer version of Seal. */
  | { readonly kind: 'unsupported' };

/** The message that a post answers. */
export interface ReplyView extends MessageRef {
  /** Null when that message is not on this device. */
  readonly senderUserId: UserId | null;
  /** The beginning of its text; empty when there is none to show. */
  readonly preview: string;
}

/** What `event` messages tell. */
export type ConversationEvent =
  /** Messages disappear after this time from here on; 0 when they no longer do. */
  | { readonly type: 'timer'; readonly seconds: number }
  | { readonly type: 'profile'; readonly name: string }
  | { readonly type: 'joined' | 'left' | 'added' | 'removed'; readonly userIds: readonly UserId[] }
  /** The channel's keys were made anew. */
  | { readonly type: 'reset' };

/** A file of a message. What it says of itself is the sender's word: decide by your own list what to show. */
export interface MessageAttachment {
  readonly attachmentId: AttachmentId;
  readonly kind: AttachmentKind;
  /** Bytes. */
  readonly size: number;
  readonly name: string;
  readonly mimeType: string;
  /** Pixels of an image or video. */
  readonly width: number | null;
  readonly height: number | null;
  /** ms of a video or sound. */
  readonly durationMs: number | null;
  /** BlurHash text as UTF-8, or the levels of a voice note, one byte each. */
  readonly preview: Bytes | null;
  /** A small WebP or JPEG. */
  readonly thumbnail: Bytes | null;
  /** Own ones on their way to the server; null for all others. */
  readonly upload: UploadState | null;
}

export interface UploadState {
  /** Bytes. */
  readonly loaded: number;
  readonly total: number;
  readonly state: 'preparing' | 'uploading' | 'paused' | 'failed' | 'done';
}

/** The people who reacted with one emoji. */
export interface Reaction {
  readonly emoji: string;
  readonly userIds: readonly UserId[];
  /** The person of this account is among them. */
  readonly isOwn: boolean;
}

export interface Message {
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  /** Place in the conversation; null until the server accepted it. */
  readonly seq: number | null;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  /** Sent by this account, from this or another of its devices. */
  readonly isOwn: boolean;
  /** Sender's clock. */
  readonly sentAt: number;
  /** Server's clock; null until accepted. */
  readonly acceptedAt: number | null;
  readonly content: MessageView;
  /** Null for messages of others. */
  readonly status: DeliveryStatus | null;
  readonly failure: { readonly code: ErrorCode } | null;
  /** When the text was last changed, server's clock; null if never. */
  readonly editedAt: number | null;
  /** In the order in which each was first used. */
  readonly reactions: readonly Reaction[];
  /** When it disappears, server's clock; null if it does not. */
  readonly expiresAt: number | null;
  /** The person of this account is mentioned in it. */
  readonly mentionsSelf: boolean;
  /** Not received but handed over by a member: it was sent before this device joined the channel. */
  readonly isShared: boolean;
}

export interface ConversationMember extends Person {
  readonly isSelf: boolean;
  readonly presence: Presence;
  readonly isTyping: boolean;
  /** False while the account key of this person differs from the one first seen: sending waits for `acceptIdentity`. */
  readonly isIdentityTrusted: boolean;
  /** `member` in DMs. */
  readonly role: MemberRole;
}

/** What only channels have. */
export interface ChannelState {
  readonly visibility: 'public' | 'private';
  readonly ownRole: MemberRole;
  readonly memberCount: number;
  /**
   * `joining`: this device has no keys of the channel yet. `left`: the account is no member any more; what is here
   * stays readable. `broken`: the members do not have the same keys; an owner or admin has to begin anew.
   */
  readonly state: 'joining' | 'joined' | 'left' | 'broken';
  /** Members hand the keys of recent messages to newcomers. */
  readonly sharesHistory: boolean;
}

export interface ConversationSummary {
  readonly conversationId: ConversationId;
  readonly kind: 'dm' | 'channel';
  readonly members: readonly ConversationMember[];
  /** The other person of a DM. */
  readonly peer: ConversationMember | null;
  /** The newest message, own unsent ones included. */
  readonly lastMessage: Message | null;
  /** When anything happened last; conversations are ordered by it, newest first. */
  readonly lastActivityAt: number;
  /** Text messages of others after the own read position. */
  readonly unreadCount: number;
  /** Those of them that mention the person of this account. */
  readonly mentionCount: number;
  /** Everything up to this sequence number has been read on this account. */
  readonly readSeq: number;
  /** Of a channel; null for DMs, and as long as a private channel's is not known. */
  readonly name: string | null;
  /** Of a channel; may be empty. */
  readonly description: string;
  /** Null for DMs. */
  readonly channel: ChannelState | null;
  /** Asks for no attention. Known to this device alone. */
  readonly isMuted: boolean;
  /** Messages disappear after this time, seconds; 0 for never. */
  readonly timerSeconds: number;
  /** What the person began to write here and did not send. Known to this device alone. */
  readonly draft: string;
}

/** The part of a conversation that is loaded, oldest first, own unsent messages last. */
export interface MessageWindow {
  readonly messages: readonly Message[];
  /** `loadEarlier()` has more. */
  readonly hasEarlier: boolean;
  /** There are older messages which this device cannot have: they were sent before it joined the account. */
  readonly hasUnavailableHistory: boolean;
  /**
   * Messages that the server keeps back: it gave out `count` sequence numbers after `afterSeq`, and shows nothing for
   * them when it is asked. Should they come after all, they are no longer here.
   */
  readonly missing: readonly MissingMessages[];
  /** False until the first read of the local store is done. */
  readonly isLoaded: boolean;
}

export interface MissingMessages {
  readonly afterSeq: number;
  readonly count: number;
}

/** Somebody asks the person of this account into a channel. */
export interface Invitation {
  readonly conversationId: ConversationId;
  /** Null when it is private and the inviter's message with its name is not here yet. */
  readonly name: string | null;
  readonly visibility: 'public' | 'private';
  readonly inviter: Person;
  readonly memberCount: number;
}

/** One device of the own account. */
export interface OwnDevice {
  readonly deviceId: DeviceId;
  readonly isThisDevice: boolean;
}

/** How the local store protects what it holds at rest. */
export type AtRest =
  /** Rows sealed under a key that scripts can use but not read. */
  | 'non-extractable-key'
  /** The browser cannot keep such a key: rows are sealed under a key stored beside them. */
  | 'stored-key'
  /** Files readable by their owner only. */
  | 'file'
  /** Nothing is kept after the process or page ends. */
  | 'memory';

/** A device being linked, seen from either side. */
export type LinkingState =
  /** Old device: show `code`. New device: `code` as typed, waiting for the other side. */
  | { readonly step: 'waiting'; readonly code: string; readonly expiresAt: number }
  /** Both devices show `sas`, six digits. The person compares them and calls `confirm()` on the old device. */
  | { readonly step: 'compare'; readonly sas: string; readonly mustConfirm: boolean }
  | { readonly step: 'finishing' }
  | { readonly step: 'done' }
  | { readonly step: 'failed'; readonly error: SealError };

/** What happened, for `client.on`. */
export interface SealEvents {
  /** A message was stored on this device for the first time: of another person, or from another own device. */
  readonly message: Message;
  /** A message changed: an own one was queued, accepted or failed; an undecryptable one was opened or given up. */
  readonly 'message-changed': Message;
  /** A conversation is new or changed. */
  readonly conversation: ConversationSummary;
  readonly connection: ConnectionState;
  readonly account: AccountState;
  /** Sum of unread counts changed; of muted conversations only mentions count. */
  readonly unread: number;
  /** The account key of `userId` is not the one first seen. */
  readonly 'identity-changed': { readonly userId: UserId };
  /** Something in the background failed and will not be repaired by itself. Never holds content or secrets. */
  readonly error: SealError;
}

export type SealEventName = keyof SealEvents;
