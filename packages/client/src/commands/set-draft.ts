import { SIZE_LIMITS, type ConversationId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';

/** See `Conversation.setDraft`. What is longer than a message can be is cut. */
export async function setDraft(
  deps: Pick<Deps, 'transact'>,
  conversationId: ConversationId,
  text: string,
): Promise<void> {
  const key = ROWS.draft(conversationId);
  const kept = text.slice(0, SIZE_LIMITS.messageText);
  await deps.transact(async (tx) => {
    if (kept === ((await tx.get(key))?.text ?? '')) return;
    if (kept === '') tx.delete(key);
    else tx.put(key, { text: kept });
  });
}
