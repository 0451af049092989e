import type { AttachmentId, Bytes, DeviceId, MessageId, UserId, FileKey } from '@seal-chat/protocol';
import type { HistoryKey, RichContent } from '@seal-chat/protocol/content';
import type { MessageView, Reaction } from '../model/message.ts';

/**
 * The rows around single messages; their keys are in `rows.ts`. Times are ms on the server's clock unless said
 * otherwise.
 */

/** What is shown of a message, as it is shown: keys of attachments are next to it. */
export type ShownContent = MessageView;

/** What opening an attachment takes. */
export interface FileKeyRow {
  readonly attachmentId: AttachmentId;
  /** 32 bytes. */
  readonly fileKey: FileKey;
  /** 32 bytes. */
  readonly commitment: Bytes;
}

/** What later messages have made of one. */
export interface MessageChanges {
  /** The newest edit that was accepted: its place. */
  readonly editSeq: number;
  /** The newest reaction of each person with each emoji. */
  readonly reactions: readonly {
    readonly userId: UserId;
    readonly emoji: string;
    readonly seq: number;
    readonly isOn: boolean;
  }[];
}

/** A change whose message is not here, or not open, yet. */
export interface WaitingChangeRow {
  readonly content: Extract<RichContent, { readonly kind: 'edit' | 'delete' | 'reaction' }>;
  /** Place of the change itself. */
  readonly seq: number;
  readonly senderUserId: UserId;
  readonly acceptedAt: number;
}

/** A message with a place in the conversation. What is optional is left out where there is none of it. */
export interface MessageRow {
  readonly messageId: MessageId;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  /** Sender's clock. */
  readonly sentAt: number;
  readonly acceptedAt: number;
  readonly content: ShownContent;
  readonly editedAt?: number;
  /** As they are shown, unsent ones of this account included. */
  readonly reactions?: readonly Reaction[];
  /** This device's clock. */
  readonly expiresAt?: number;
  /** As its sender said. */
  readonly lifetimeSeconds?: number;
  readonly mentionsSelf?: boolean;
  readonly isShared?: boolean;
  readonly changes?: MessageChanges;
  /** What was shown before an edit of this account that is not sent yet. */
  readonly beforeEdit?: { readonly content: ShownContent; readonly editedAt: number | null };
  readonly fileKeys?: readonly FileKeyRow[];
}

/** What is kept of a message that a newer version made, to be read by that. */
export interface UnsupportedRow {
  /** Number of the content's type. */
  readonly typeId: number;
  readonly payload: Bytes;
}

/** Keys of earlier messages that a member hands over, until `channels/` has fetched those messages. */
export interface SharedHistoryRow {
  readonly entries: readonly HistoryKey[];
  readonly senderUserId: UserId;
}

/** What is kept of a message that could not be opened, so that it can be later. */
export interface UndecryptableRow {
  /** Null when only the body is here: the envelope was lost with a store that was rolled back. */
  readonly envelope: Bytes | null;
  readonly body: Bytes;
  /** Retry requests sent. */
  readonly requests: number;
  /** Not before this; null when no further one is going to be sent. */
  readonly nextRequestAt: number | null;
}
