import type { MessageAttachment } from './attachments.ts';
import type { ConversationId, DeviceId, ErrorCode, MessageId, UserId } from '@seal-chat/protocol';
import type { Mention, MessageRef } from '@seal-chat/protocol/content';

/** Messages, as the application sees them: plain, immutable values. Times are ms since 1970. */

/** How far a message of this account got: the ticks. */
export type DeliveryStatus =
  /** In the outbox. */
  | 'sending'
  /** Stored by the server. */
  | 'sent'
  /** Stored by a device of every other member. */
  | 'delivered'
  /** Read by every other member. */
  | 'read'
  /** Not sent, and not going to be sent automatically: `failure` says why; `retry` or `discard` it. */
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
  | { readonly kind: 'deleted'; readonly isConfirmed: boolean }
  /** Asks the person into a channel. `gone`: there is nothing left to accept. */
  | {
      readonly kind: 'invitation';
      readonly channelId: ConversationId;
      /** As who invites wrote it, and nobody else has said; empty where it has characters that cannot be seen. */
      readonly name: string;
      readonly description: string;
      readonly state: 'open' | 'accepted' | 'gone';
    }
  /** No one wrote this: something about the conversation has changed. The message's sender did it. */
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
  /** The channel's keys were reset. Who did it is the server's word. */
  | { readonly type: 'reset' };

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
  /** When it disappears, this device's clock; null if it does not. */
  readonly expiresAt: number | null;
  /** The lifetime its sender gave it, seconds, 0 for none, where that is not the conversation's; null otherwise. */
  readonly unusualLifetime: number | null;
  /** The person of this account is mentioned in it. */
  readonly mentionsSelf: boolean;
  /** Not received but handed over by a member: it was sent before this device joined the channel. */
  readonly isShared: boolean;
}
