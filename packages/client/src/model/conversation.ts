import type { Person } from './account.ts';
import type { Presence } from './connection.ts';
import type { Message } from './message.ts';
import type { ConversationId, UserId } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';

/** Conversations, as the application sees them: plain, immutable values. Times are ms since 1970. */

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
   * `joining`: this device has no keys of the channel yet. `left`: the account is no longer a member; what is here
   * stays readable. `broken`: the members do not have the same keys; an owner or admin must reset them.
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
