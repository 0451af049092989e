import type { Readable } from '../state/atom.ts';
import type { AttachOptions, OpenAttachmentOptions, OpenedAttachment, PendingAttachment } from './attachments.ts';
import type { ConversationSummary, MessageWindow } from './conversation.ts';
import type { Message } from './message.ts';
import type { AttachmentId, ConversationId, MessageId, UserId } from '@seal-chat/protocol';
import type { MemberRole } from '@seal-chat/protocol/api';
import type { Mention, MessageRef } from '@seal-chat/protocol/content';

/** What `send` takes besides the text. */
export interface SendOptions {
  readonly replyTo?: MessageRef;
  readonly mentions?: readonly Mention[];
  /** Files that were attached before, in the order they are shown. */
  readonly attachments?: readonly AttachmentId[];
}

/** Where the server put a message. */
export interface AcceptedMessage {
  readonly seq: number;
  /** Server's clock, ms. */
  readonly acceptedAt: number;
}

/** A message that was queued just now. */
export interface SentMessage extends Message {
  /**
   * Resolves when the server has the message. Rejects with the SealError for which it is not going to be sent, with
   * NOT_FOUND when it was discarded, and with OFFLINE when the client is closed before; it is still queued then. Nothing
   * happens to a caller that does not look at it.
   */
  readonly accepted: Promise<AcceptedMessage>;
}

/** What members of a channel may do with it, by role. Each fails with FORBIDDEN where the role does not allow it. */
export interface ChannelControls {
  /** @throws SealError NAME_TAKEN, BAD_INPUT */
  rename(name: string): Promise<void>;
  describe(text: string): Promise<void>;
  setSharesHistory(isOn: boolean): Promise<void>;
  /** Makes people members without asking them. @throws SealError CHANNEL_FULL */
  add(userIds: readonly UserId[]): Promise<void>;
  /** Asks people; they become members when they accept. */
  invite(userIds: readonly UserId[]): Promise<void>;
  remove(userId: UserId): Promise<void>;
  setRole(userId: UserId, role: MemberRole): Promise<void>;
  leave(): Promise<void>;
  /** What the channel is encrypted with, as the keys on this device say; null while it has none. */
  encryption(): Promise<ChannelEncryption | null>;
}

/** Facts about the MLS group of a channel (RFC 9420). */
export interface ChannelEncryption {
  /** Number of the ciphersuite. */
  readonly suite: number;
  /** Devices that can read what is sent now. */
  readonly deviceCount: number;
  /** How often the keys have changed since the group was made. */
  readonly epoch: number;
}

/** One conversation. Holds no keys and may be asked for as often as wanted. */
export interface Conversation {
  readonly conversationId: ConversationId;
  /** Null until the conversation is known on this device. */
  readonly summary: Readable<ConversationSummary | null>;
  /**
   * Loaded on first use; follows every change while there is a subscriber or a caller asks. When the last subscriber ends,
   * it goes back to one page, and soon ends.
   */
  readonly messages: Readable<MessageWindow>;
  /** Extends the window by one page of older messages. */
  loadEarlier(): Promise<void>;
  /** Takes the window back to the newest page: for callers that show the end again, and no longer what is before it. */
  dropEarlier(): Promise<void>;
  /**
   * Stores the message and queues it; resolves as soon as it cannot get lost on this device, also offline.
   * The text may be empty when there are attachments. `accepted` of the result tells when the server has it.
   * @throws SealError TOO_LARGE, BAD_INPUT (empty text), NOT_FOUND (unknown attachment), BLOCKED, NOT_SIGNED_IN,
   *   STORAGE_FAILED
   */
  send(text: string, options?: SendOptions): Promise<SentMessage>;
  /**
   * Changes the text of one of the person's own messages; offline too.
   *
   * @throws SealError FORBIDDEN, NOT_FOUND, BAD_INPUT, TOO_LARGE
   */
  edit(seq: number, text: string, mentions?: readonly Mention[]): Promise<void>;
  /**
   * Deletes one of the person's own messages for everyone, or in a channel as admin anyone's. Here it is gone at once.
   *
   * @throws SealError FORBIDDEN
   */
  deleteForEveryone(seq: number): Promise<void>;
  /** Removes a message from this device; others, own devices included, keep it. */
  deleteForMe(seq: number): Promise<void>;
  /** Adds or removes the person's reaction. @throws SealError NOT_FOUND, BAD_INPUT when `emoji` is not one */
  react(seq: number, emoji: string, isOn: boolean): Promise<void>;
  /**
   * From here on messages disappear after `seconds`, for everyone: one of `MESSAGE_LIFETIMES`, or 0 to turn that off.
   * In a channel its owners and admins may do that.
   *
   * @throws SealError BAD_INPUT, FORBIDDEN
   */
  setTimer(seconds: number): Promise<void>;
  /** Keeps what the person has begun to write; the caller decides how often. */
  setDraft(text: string): Promise<void>;
  /** This, and what follows, counts on all devices of the account. */
  setMuted(isMuted: boolean): Promise<void>;
  setPinned(isPinned: boolean): Promise<void>;
  setArchived(isArchived: boolean): Promise<void>;
  /** Makes a chat of a stranger's request. Writing to them does so, too. @throws SealError NOT_FOUND when it is no DM */
  accept(): Promise<void>;
  /**
   * Deletes all messages of the chat on all devices of the account; others keep theirs. It is listed again with the
   * next message. @throws SealError FORBIDDEN in a channel that was not left
   */
  deleteChat(): Promise<void>;
  /**
   * Prepares a file and begins to upload it, encrypted.
   * @throws SealError TOO_LARGE with `details.maxBytes`, before anything is sent
   */
  attach(file: Blob & { readonly name?: string }, options?: AttachOptions): Promise<PendingAttachment>;
  /** Attached and not sent yet; survives a reload. */
  readonly attachments: Readable<readonly PendingAttachment[]>;
  /** Fetches and opens a file of a message. @throws SealError NOT_FOUND, NOT_ACCEPTED, OFFLINE, ATTACHMENT_DAMAGED */
  openAttachment(seq: number, attachmentId: AttachmentId, options?: OpenAttachmentOptions): Promise<OpenedAttachment>;
  /** Null for DMs. */
  readonly channel: ChannelControls | null;
  /** Puts a failed message back in the queue. */
  retry(messageId: MessageId): Promise<void>;
  /** Removes a failed message, or one whose files are still on their way to the server. */
  discard(messageId: MessageId): Promise<void>;
  /** Everything up to `seq` (default: all that is here) has been seen by the person. */
  markRead(seq?: number): Promise<void>;
  /** Call on every keystroke with `true`, and with `false` when the composer was emptied; sent at most every 3 s. */
  setTyping(isTyping: boolean): void;
}
