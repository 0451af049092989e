import type { Message } from '@seal-chat/client';
import { messageTime } from '../../messages/text.ts';

/** What rows are made of. */
export interface ListedMessage {
  readonly id: string;
  readonly senderId: string;
  readonly at: number;
  readonly message: Message;
  /** Place of the message before it. */
  readonly previousSeq: number;
}

/** The highest sequence number among `messages`; 0 without one. */
export function newestSeq(messages: readonly Message[]): number {
  return messages.reduce((newest, message) => Math.max(newest, message.seq ?? 0), 0);
}

/** What the row of one of `all` is made of. */
export function toListed(message: Message, i: number, all: readonly Message[]): ListedMessage {
  const { messageId, senderUserId, content } = message;
  // An event is a group of its own, no matter who caused it.
  const senderId = content.kind === 'event' ? messageId : senderUserId;
  return { id: messageId, senderId, at: messageTime(message), message, previousSeq: all[i - 1]?.seq ?? Infinity };
}
