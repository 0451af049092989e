import { SealError, type ConversationId, type MessageId } from '@seal-chat/protocol';
import type { Deps } from '../deps.ts';
import { nextOrder } from '../send/compose.ts';
import type { DeviceTx, FoundRow } from '../store/device-tx.ts';
import { ROWS, type OutboxRow } from '../store/rows.ts';
import { inConversation } from './applying.ts';
import { richContentOf, unsentTimer } from './unsent.ts';

/** Puts a failed message back at the end of the queue; what was encrypted stays as it is. */
export async function retryMessage(
  deps: Pick<Deps, 'transact'>,
  conversationId: ConversationId,
  messageId: MessageId,
): Promise<void> {
  await deps.transact(async (tx) => {
    const found = await findFailed(tx, conversationId, messageId);
    tx.delete(found.key);
    tx.put(ROWS.outbox(conversationId, await nextOrder(tx, conversationId)), { ...found.value, failure: null });
  });
}

/** Removes a failed message for good. */
export async function discardMessage(
  deps: Pick<Deps, 'transact' | 'now'>,
  conversationId: ConversationId,
  messageId: MessageId,
): Promise<void> {
  await deps.transact(async (tx) => {
    const { key, value } = await findFailed(tx, conversationId, messageId);
    tx.delete(key);
    if (richContentOf(value)?.kind !== 'timer') return;
    const unsent = await unsentTimer(tx, conversationId);
    await inConversation(deps, tx, conversationId, async (applying) => {
      const { ownTimer: _, ...row } = applying.row;
      applying.row = { ...row, ...(unsent !== null && { ownTimer: unsent }) };
    });
  });
}

/** @throws SealError NOT_FOUND when no failed message has that id */
async function findFailed(
  tx: DeviceTx,
  conversationId: ConversationId,
  messageId: MessageId,
): Promise<FoundRow<OutboxRow>> {
  const rows = await tx.list(ROWS.outboxOf(conversationId));
  const found = rows.find(({ value }) => value.messageId === messageId && value.failure !== null);
  if (found === undefined) throw new SealError('NOT_FOUND', 'outbox: no failed message of that id');
  return found;
}
