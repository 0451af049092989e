import type { AttachmentId, ConversationId, DeviceId, MessageId, TenantId, UserId } from '@seal-chat/protocol';

/** Bytes as they came: for the database, and as text for connected devices. */
export interface Payload {
  readonly bytes: Uint8Array;
  /** base64url. */
  readonly text: string;
}

/** What a message may have in addition to its body. */
export interface Extras {
  /** The message ends this long after it was accepted. */
  readonly lifetimeSeconds?: number | undefined;
  /** Uploads of the sender's account that become part of the message. */
  readonly attachmentIds?: readonly AttachmentId[] | undefined;
}

/** One message on its way into the database: what direct messages and messages of channels have in common. */
export interface SentItem extends Extras {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
}
