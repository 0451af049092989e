import type { ConversationId } from '@seal-chat/protocol';
import type { TimeDeps } from '../context/deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ERASED_ROWS } from '../store/erased-rows.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import { eraseMessage, inConversation } from './applying.ts';

/** Takes the messages of a conversation up to `seq` off this device, with what was begun and never sent. */
export async function eraseUpTo(
  deps: TimeDeps,
  tx: DeviceTx,
  conversationId: ConversationId,
  seq: number,
): Promise<void> {
  const before = ROWS.message(conversationId, seq + 1);
  await inConversation(deps, tx, conversationId, async (applying) => {
    for (const { key, value } of await tx.list(ROWS.messagesOf(conversationId), { before }))
      await eraseMessage(applying, placeOf(key).seq, value);
  });
  // What comes for these places later is dropped, whatever was there.
  for (const { key, value } of await tx.list(ERASED_ROWS.erasedIn(conversationId))) if (value <= seq) tx.delete(key);
  // What was encrypted may be on its way, and comes back as a new message.
  for (const { key, value } of await tx.list(ROWS.outboxOf(conversationId)))
    if (value.failure !== null || value.wire === null) tx.delete(key);
  tx.delete(ROWS.draft(conversationId));
}
