import type { DeviceId, MessageId, UserId } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';
import type { ChannelState, ConversationNotice, DeviceLine, Rename } from '../model/conversation.ts';

/** What the store holds of a conversation besides its messages. */

export interface MemberRow {
  readonly userId: UserId;
  /** As it is shown: see `conversations/names.ts`. */
  readonly username: string | null;
  /** Another name that the server gave last; left out where it is the one that is shown. */
  readonly claimedName?: string;
  /** Stored by a device of this member up to here. */
  readonly deliveredSeq: number;
  /** Read by this member up to here. */
  readonly readSeq: number;
  /** Left out for `member`. */
  readonly role?: MemberRole;
}

/** Sequence numbers `from` to `to`, both included. */
export type SeqRange = readonly [from: number, to: number];

/** A conversation. What is optional was added later: rows without it are as old as that, or it was never needed. */
export interface ConversationRow {
  readonly kind: 'dm' | 'channel' | 'self';
  readonly members: readonly MemberRow[];
  readonly createdAt: number;
  /** Highest sequence number the server was seen to have given out. */
  readonly lastSeq: number;
  /** Lowest sequence number that reached this device; null before the first. */
  readonly firstSeq: number | null;
  /** Newest stored message that is shown; null before the first. */
  readonly lastShownSeq: number | null;
  readonly lastActivityAt: number;
  /** The person has seen everything up to here, on this or another own device. */
  readonly readSeq: number;
  /** The message there; not known where another device has told the place. */
  readonly readId?: MessageId;
  /** The read position that was last put in the outbox. */
  readonly announcedReadSeq: number;
  /** Texts of others after `readSeq`. */
  readonly unreadCount: number;
  /** Those of them that mention the person of this account. */
  readonly mentionCount?: number;
  readonly isMuted?: boolean;
  readonly isPinned?: boolean;
  readonly isArchived?: boolean;
  /** DMs: the other person is no stranger. What this and all other registers say is written by `conversations/registers.ts`. */
  readonly isAccepted?: boolean;
  /** DMs: nothing of the other person is shown or answered. */
  readonly isBlocked?: boolean;
  /** The person has opened it here: it is listed, although nothing may have been said. */
  readonly isOpened?: boolean;
  /** Everything up to here was deleted on all devices of this account. */
  readonly deletedSeq?: number;
  /** How long messages live from message `seq` on, 0 seconds for ever: the newest timers, in their order. */
  readonly timers?: readonly { readonly seconds: number; readonly seq: number }[];
  /** The same, set on this device and not sent yet. */
  readonly ownTimer?: number;
  /** Highest sequence number this device has accounted for: it knows what is there, or that nothing is left there. */
  readonly seenSeq?: number;
  /** The account begins with this number; what is before it this device may know, or not. */
  readonly seenFrom?: number;
  /** Numbers from `seenFrom` to `seenSeq` that are not accounted for, ascending. */
  readonly gaps?: readonly SeqRange[];
  /** Those of them which the server was asked for and did not show. */
  readonly missing?: readonly SeqRange[];
  /** When the server was first asked for them; this device's clock. */
  readonly missingSince?: number;
  /** It has had time enough to show them. */
  readonly isWithheld?: boolean;
  /** What is said between the messages about what the server did. */
  readonly notices?: readonly NoticeRow[];
  /** What is said between the messages about devices of members. */
  readonly deviceLines?: readonly DeviceLine[];
  /** Other names that the server gave to members, in the order in which it did. */
  readonly renames?: readonly Rename[];
  /** Channels only. */
  /** Receipts for places that have nothing in them yet. */
  readonly heldReads?: readonly HeldRead[];
  readonly channel?: ChannelPart;
}

/** What the server did to a conversation, where it is noticed: after place `afterSeq`. */
/** What a person is said to have read of a place that is not here yet. */
export interface HeldRead {
  readonly userId: UserId;
  readonly seq: number;
  readonly messageId: MessageId;
}

export interface NoticeRow extends ConversationNotice {
  /** Whose messages tell. */
  readonly deviceId: DeviceId;
  /** The counter of a message that is missing. */
  readonly counter?: number;
}

/** What the row of a channel holds besides. The state of its group is elsewhere. */
export interface ChannelPart extends Pick<ChannelState, 'visibility' | 'state' | 'sharesHistory'> {
  /** Null while a private channel's is not known. */
  readonly name: string | null;
  readonly description: string;
  /** Of the message that said so; 0 when the server did. */
  readonly profileSeq: number;
}
