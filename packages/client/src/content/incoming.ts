import type { Bytes, ConversationId, DeviceId, MessageId, UserId } from '@seal-chat/protocol';
import type { StoredMessage } from '@seal-chat/protocol/api';
import { bytesOf, expectCount, expectIds, expectTime } from '../api/answers.ts';

/** A message with its place: who the server says sent it was verified before. */
export interface PlacedMessage {
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly messageId: MessageId;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly acceptedAt: number;
}

/** A message as the server delivers it, in bytes. */
export interface IncomingMessage extends PlacedMessage {
  readonly body: Bytes;
  /** Of the body that was deleted or has expired; null where there is one. */
  readonly bodyHash: Bytes | null;
  /** Null when only the body is left. */
  readonly envelope: Bytes | null;
}

/** @throws SealError MALFORMED when it is not what a server answers: ids and numbers become keys of rows */
export function incomingOf(stored: StoredMessage, envelope: string | null): IncomingMessage {
  const { conversationId, seq, messageId, senderUserId, senderDeviceId, acceptedAt } = stored;
  expectIds(conversationId, messageId, senderUserId, senderDeviceId);
  expectCount(seq);
  expectTime(acceptedAt);
  return {
    conversationId,
    seq,
    messageId,
    senderUserId,
    senderDeviceId,
    acceptedAt,
    body: bytesOf(stored.body),
    bodyHash: stored.bodyHash === undefined ? null : bytesOf(stored.bodyHash),
    envelope: envelope === null ? null : bytesOf(envelope),
  };
}
