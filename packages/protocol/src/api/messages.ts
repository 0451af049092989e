import { z } from 'zod';
import type { ConversationId, DeviceId, MessageId, UserId } from '../ids.ts';
import { COUNT_LIMITS } from '../limits.ts';
import {
  attachmentIds,
  conversationId,
  deviceId,
  envelopeBytes,
  lifetimeSeconds,
  messageId,
  pageSize,
  position,
  sealedBodyBytes,
  uint32,
  userId,
} from './fields.ts';
import type { Mutation, Query } from './procedure.ts';

/** Sending and reading messages. */

/** Most members of a conversation whose envelopes travel one by one; channels send one MLS message instead. */
const MAX_ENVELOPES = 2 * COUNT_LIMITS.devicesPerUser;

export const messageInputs = {
  send: z.strictObject({
    conversationId,
    messageId,
    /** The device-list version of every member, as the sender knows it. */
    deviceLists: z
      .array(z.strictObject({ userId, version: uint32 }))
      .min(1)
      .max(COUNT_LIMITS.page),
    body: sealedBodyBytes,
    /** One for each device of every member except the sending one. */
    envelopes: z.array(z.strictObject({ deviceId, envelope: envelopeBytes })).max(MAX_ENVELOPES),
    lifetimeSeconds: lifetimeSeconds.optional(),
    attachmentIds: attachmentIds.optional(),
  }),
  /** Deletes the body of a message for good: its sender may, and who moderates the channel. */
  remove: z.strictObject({ conversationId, seq: position }),
  /** Messages before sequence number `before` (null = the latest), newest first. */
  history: z.strictObject({ conversationId, before: position.nullable(), limit: pageSize }),
  /** Asks the sender of a message for a new envelope. */
  requestRetry: z.strictObject({ conversationId, seq: position }),
  /** Answers such a request: the same body, a new envelope for one device. */
  retry: z.strictObject({ conversationId, seq: position, deviceId, envelope: envelopeBytes }),
};

export interface SendAnswer {
  readonly seq: number;
  /** When the server accepted it. */
  readonly acceptedAt: number;
  /** Where the message had been stored before: SHA-256 of the body that is stored. */
  readonly bodyHash?: string;
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
  /** SHA-256 of the body where that was deleted or has expired. */
  readonly bodyHash?: string;
}

export interface HistoryAnswer {
  /** Newest first. `envelope` is the asking device's, while it is in its mailbox. */
  readonly messages: readonly (StoredMessage & { readonly envelope: string | null })[];
}

export interface MessagesProcedures {
  readonly send: Mutation<typeof messageInputs.send, SendAnswer>;
  readonly remove: Mutation<typeof messageInputs.remove, void>;
  readonly history: Query<typeof messageInputs.history, HistoryAnswer>;
  readonly requestRetry: Mutation<typeof messageInputs.requestRetry, void>;
  readonly retry: Mutation<typeof messageInputs.retry, void>;
}
