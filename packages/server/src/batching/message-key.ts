import type { ConversationId, DeviceId, MessageId } from '@seal-chat/protocol';

/** What tells one message from another. */
export interface MessageKey {
  readonly conversationId: ConversationId;
  readonly senderDeviceId: DeviceId;
  readonly messageId: MessageId;
}

/** Keeps the first of the items with one message id; the others are the same message, sent again before the answer. */
export function withoutRepeats<Item extends MessageKey>(items: readonly Item[]): readonly Item[] {
  const seen = new Set<string>();
  const first = items.filter(({ conversationId, senderDeviceId, messageId }) => {
    const before = seen.size;
    return seen.add(messageId + senderDeviceId + conversationId).size > before;
  });
  return first.length === items.length ? items : first;
}

/** Whether two items are the same message. */
export function isSameMessage(a: MessageKey, b: MessageKey): boolean {
  return a.messageId === b.messageId && a.senderDeviceId === b.senderDeviceId && a.conversationId === b.conversationId;
}
