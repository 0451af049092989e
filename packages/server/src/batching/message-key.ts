import type { ConversationId, DeviceId, MessageId, TenantId } from '@seal-chat/protocol';

/** What tells one message from another. Ids are unique within a tenant only. */
export interface MessageKey {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly senderDeviceId: DeviceId;
  readonly messageId: MessageId;
}

/** Keeps the first of the items with one message id; the others are the same message, sent again before the answer. */
export function withoutRepeats<Item extends MessageKey>(items: readonly Item[]): readonly Item[] {
  const seen = new Set<string>();
  const first = items.filter(({ tenantId, conversationId, senderDeviceId, messageId }) => {
    const before = seen.size;
    return seen.add(messageId + senderDeviceId + conversationId + tenantId).size > before;
  });
  return first.length === items.length ? items : first;
}

/** Whether two items are the same message. */
export function isSameMessage(a: MessageKey, b: MessageKey): boolean {
  return (
    a.messageId === b.messageId &&
    a.senderDeviceId === b.senderDeviceId &&
    a.conversationId === b.conversationId &&
    a.tenantId === b.tenantId
  );
}
