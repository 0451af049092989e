import type { ConversationId } from '@seal-chat/protocol';
import type { RowReader } from '../store/device-tx.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import type { Message } from '../model/message.ts';
import type { MessageWindow } from '../model/conversation.ts';
import { viewMessage, viewOutbox } from '../store/message-view.ts';
import type { Self } from '../store/self.ts';

export const WINDOW_PAGE = 50;

export const EMPTY_WINDOW: MessageWindow = {
  messages: [],
  hasEarlier: false,
  hasUnavailableHistory: false,
  missing: [],
  renames: [],
  isLoaded: false,
};

/** The newest `count` messages of a conversation and everything in its outbox. */
export async function readWindow(
  reader: RowReader,
  conversationId: ConversationId,
  options: { readonly count: number; readonly self: Self; readonly isOnline: boolean },
): Promise<MessageWindow> {
  const { count, self, isOnline } = options;
  const conversation = await reader.get(ROWS.conversation(conversationId));
  const newest = await reader.list(ROWS.messagesOf(conversationId), { order: 'descending', limit: count + 1 });
  const queued = await reader.list(ROWS.outboxOf(conversationId));
  const placed = newest
    .slice(0, count)
    .map(({ key, value }) => viewMessage({ ...placeOf(key), row: value }, conversation, self))
    .toReversed();
  const waiting = queued
    .map(({ value }) => viewOutbox(conversationId, value, self))
    .filter((message): message is Message => message !== null);
  const hasEarlier = newest.length > count;
  // Before the first message of all arrived, only a finished catch-up shows that it is not going to.
  const first = conversation?.firstSeq ?? (isOnline && conversation ? conversation.lastSeq + 1 : 1);
  return {
    messages: [...placed, ...waiting],
    hasEarlier,
    // Numbers from the first on that are not accounted for were not before this device: they are being kept back.
    hasUnavailableHistory: !hasEarlier && first > 1 && conversation?.gaps?.[0]?.[0] !== 1,
    missing: (conversation?.missing ?? []).map(([from, to]) => ({ afterSeq: from - 1, count: to - from + 1 })),
    renames: conversation?.renames ?? [],
    isLoaded: true,
  };
}
