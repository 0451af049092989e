import { SealError, type ConversationId, type MessageId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { Attachments } from '../attachments/attachments.ts';
import type { Loader } from '../context/loader.ts';
import { nextOrder } from '../outbox/queue.ts';
import type { DeviceTx, FoundRow } from '../store/device-tx.ts';
import { findQueued } from '../store/find-queued.ts';
import { ROWS, type OutboxRow } from '../store/rows.ts';
import { inConversation } from '../content/applying.ts';
import { richContentOf, unsentTimer } from '../content/unsent.ts';

/** Puts a failed message back at the end of the queue; what was encrypted stays as it is. */
export async function retryMessage(
  deps: Pick<Deps, 'transact'>,
  conversationId: ConversationId,
  messageId: MessageId,
): Promise<void> {
  await deps.transact(async (tx) => {
    const found = await find(tx, conversationId, messageId, hasFailed);
    tx.delete(found.key);
    tx.put(ROWS.outbox(conversationId, await nextOrder(tx, conversationId)), { ...found.value, failure: null });
  });
}

/** Removes a failed message for good, or one whose files are still on their way, together with these. */
export async function discardMessage(
  deps: Deps & { readonly attachments: Loader<Attachments> },
  conversationId: ConversationId,
  messageId: MessageId,
): Promise<void> {
  const { waitsFor = [] } = await deps.transact(async (tx) => {
    const { key, value } = await find(tx, conversationId, messageId, isDiscardable);
    tx.delete(key);
    if (richContentOf(value)?.kind !== 'timer') return value;
    const unsent = await unsentTimer(tx, conversationId);
    await inConversation(deps, tx, conversationId, async (applying) => {
      const { ownTimer: _, ...row } = applying.row;
      applying.row = { ...row, ...(unsent !== null && { ownTimer: unsent }) };
    });
    return value;
  });
  if (waitsFor.length === 0) return;
  const { uploads } = await deps.attachments();
  for (const attachmentId of waitsFor) await uploads.giveUp(ROWS.upload(conversationId, attachmentId));
}

function hasFailed({ failure }: OutboxRow): boolean {
  return failure !== null;
}

function isDiscardable(row: OutboxRow): boolean {
  return hasFailed(row) || row.waitsFor !== undefined;
}

/** @throws SealError NOT_FOUND when no such message has that id */
async function find(
  tx: DeviceTx,
  conversationId: ConversationId,
  messageId: MessageId,
  accept: (row: OutboxRow) => boolean,
): Promise<FoundRow<OutboxRow>> {
  const found = await findQueued(tx, conversationId, (row) => row.messageId === messageId && accept(row));
  if (found === null) throw new SealError('NOT_FOUND', 'outbox: message not found');
  return found;
}
