import type { Person } from './account.ts';
import type { Presence } from './connection.ts';
import type { Message } from './message.ts';
import type { ConversationId, DeviceId, UserId } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';

/** Conversations, as the application sees them: plain, immutable values. Times are ms since 1970. */

export interface ConversationMember extends Person {
  readonly isSelf: boolean;
  readonly presence: Presence;
  readonly isTyping: boolean;
  /**
   * False while the account key of this person differs from the one first seen, or from the one that was verified:
   * sending waits for `acceptIdentity` or `verify`.
   */
  readonly isIdentityTrusted: boolean;
  /** Whether the person of this account has compared the key there is with them; `changed` when it was another one. */
  readonly verification: 'none' | 'verified' | 'changed';
  readonly isBlocked: boolean;
  /** `member` in DMs. */
  readonly role: MemberRole;
}

/** What only channels have. */
export interface ChannelState {
  readonly visibility: 'public' | 'private';
  readonly ownRole: MemberRole;
  readonly memberCount: number;
  /**
   * `joining`: this device has no keys of the channel yet. `left`: the account is no longer a member; what is here
   * stays readable. `broken`: the members do not have the same keys; an owner or admin must reset them.
   */
  readonly state: 'joining' | 'joined' | 'left' | 'broken';
  /** Members hand the keys of recent messages to newcomers. */
  readonly sharesHistory: boolean;
}

export interface ConversationSummary {
  readonly conversationId: ConversationId;
  /** `self`: the person's conversation with themselves, "saved messages". */
  readonly kind: 'dm' | 'channel' | 'self';
  readonly members: readonly ConversationMember[];
  /** The other person of a DM. */
  readonly peer: ConversationMember | null;
  /** The newest message, own unsent ones included. */
  readonly lastMessage: Message | null;
  /** When anything happened last; conversations are ordered by it, newest first. */
  readonly lastActivityAt: number;
  /** Text messages of others after this account's read position. */
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
  /** Asks for no attention. This, and what follows, is the same on all devices of the account. */
  readonly isMuted: boolean;
  readonly isPinned: boolean;
  /** Out of the way: asks for no attention but by mentions. */
  readonly isArchived: boolean;
  /**
   * A stranger has written: a person this account has never written to, accepted or verified. They learn nothing, and
   * nothing but their text is shown, until `accept()`.
   */
  readonly isRequest: boolean;
  /** The other person of the DM is blocked: nothing of theirs arrives. */
  readonly isBlocked: boolean;
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
  /** Where the server showed this device something else than the others, oldest first. */
  readonly notices: readonly ConversationNotice[];
  /** Devices of members that can read from here on, and that no longer can, oldest first. */
  readonly deviceLines: readonly DeviceLine[];
  /** The server gave members other names than they were first seen with: they are shown under the first. */
  readonly renames: readonly Rename[];
  /** False until the first read of the local store is done. */
  readonly isLoaded: boolean;
}

/** After message `afterSeq` the server began to call a person by another name. */
export interface Rename {
  readonly afterSeq: number;
  readonly userId: UserId;
  readonly from: string;
  readonly to: string;
}

export interface MissingMessages {
  readonly afterSeq: number;
  readonly count: number;
  /** The server had a minute to show them, and did not. */
  readonly isWithheld: boolean;
}

/** Something that the server did to a conversation, to be shown before the first message after place `afterSeq`. */
export interface ConversationNotice {
  /**
   * `missing`: a message of that member is not here. `reordered`: messages are in another order than they were sent.
   * `forked`: that member was shown something else from here on. `oldList`: a device of that member sends under an older
   * list of devices than it must have been shown. `listWithheld`: that member tells of a newer list of devices, which
   * the server does not show; nothing is sent until it does.
   */
  readonly kind: 'missing' | 'reordered' | 'forked' | 'oldList' | 'listWithheld';
  readonly afterSeq: number;
  readonly userId: UserId;
}

/** Something about a device of a member, to be shown before the first message after place `afterSeq`. */
export interface DeviceLine {
  /**
   * `added`: a device reads along from here on. `removed`: it no longer does. `rejoined`: a device that was in a channel
   * has entered it again on its own, with new keys.
   */
  readonly kind: 'added' | 'removed' | 'rejoined';
  readonly afterSeq: number;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  /** When this device has learned of it. */
  readonly at: number;
  /** Version of the device list that says so; 0 in channels, whose Commits say it. */
  readonly version: number;
}

/** A member invites the person of this account to a channel. */
export interface Invitation {
  readonly conversationId: ConversationId;
  /** Null when it is private and the inviter's message with its name is not here yet. */
  readonly name: string | null;
  readonly visibility: 'public' | 'private';
  readonly inviter: Person;
  readonly memberCount: number;
}
