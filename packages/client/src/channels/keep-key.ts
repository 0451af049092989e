import type { ConversationId, MessageContent } from '@seal-chat/protocol';
import { readContent } from '../content/read-content.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { CHANNEL_ROWS, type ContentKeyRow } from '../store/channel-rows.ts';

/** Keeps the key of a message for those who come in later, where it says something to them. */
export async function keepKey(
  tx: DeviceTx,
  conversationId: ConversationId,
  row: ContentKeyRow,
  content: MessageContent,
): Promise<void> {
  switch (kindOf(content)) {
    case 'read':
    case 'history':
      return;
    case 'profile':
      // One that does not count here is not what newcomers are told the channel is called.
      if ((await tx.get(ROWS.conversation(conversationId)))?.channel?.profileSeq !== row.seq) return;
      return tx.put(CHANNEL_ROWS.profileKey(conversationId), row);
    default:
      tx.put(CHANNEL_ROWS.contentKey(conversationId, row.seq), row);
  }
}

/** What a body says; null when this version cannot tell. */
export function kindOf(content: MessageContent): string | null {
  return content.kind === 'coded' ? (readContent(content)?.kind ?? null) : content.kind;
}
