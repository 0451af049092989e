import type { ConversationId, DeviceId, UserId } from '../ids.ts';
import type { ChannelEntry } from './channels/log.ts';
import type { ConversationAnswer } from './conversations.ts';
import type { StoredMessage } from './messages.ts';
import type { PresenceState } from './presence.ts';

/** What the subscription to a device's mailbox carries. */

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
  readonly incarnation: number;
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

export type SyncEvent = MailboxEvent | LiveEvent;

/** What one event of the subscription carries; its tracked id is the highest mailbox position sent so far. */
export interface SyncBatch {
  readonly events: readonly SyncEvent[];
}
