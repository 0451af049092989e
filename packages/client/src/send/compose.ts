import {
  SIZE_LIMITS,
  SealError,
  newId,
  utf8,
  type ConversationId,
  type MessageContent,
  type MessageId,
} from '@seal-chat/protocol';
import { activeAccount, type Deps } from '../deps.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import type { Message } from '../types.ts';
import { viewOutbox } from '../view/message-view.ts';
import { ROWS, placeOf, type OutboxRow } from '../store/rows.ts';

/**
 * Puts a text in the outbox: when this returns, the message survives a crash and is sent as soon as that is possible.
 *
 * @throws SealError BAD_INPUT when the text is empty or not well-formed, TOO_LARGE, NOT_SIGNED_IN, STORAGE_FAILED
 */
export async function composeText(
  deps: Pick<Deps, 'reader' | 'transact' | 'rng' | 'now'>,
  conversationId: ConversationId,
  text: string,
): Promise<Message> {
  if (text.trim() === '' || !text.isWellFormed()) throw new SealError('BAD_INPUT', 'text: empty or not well-formed');
  const length = utf8(text).length;
  if (length > SIZE_LIMITS.messageText) throw new SealError('TOO_LARGE', `text: ${length} bytes`);
  const { userId, device } = await activeAccount(deps.reader);
  const row = await deps.transact((tx) => enqueue(deps, tx, conversationId, { kind: 'text', text }));
  const message = viewOutbox(conversationId, row, { userId, deviceId: device.deviceId });
  if (message === null) throw new SealError('INTERNAL', 'outbox: a text that is not shown');
  return message;
}

/** Puts a body at the end of its conversation's queue. */
export async function enqueue(
  { rng, now }: Pick<Deps, 'rng' | 'now'>,
  tx: DeviceTx,
  conversationId: ConversationId,
  content: MessageContent,
): Promise<OutboxRow> {
  const row: OutboxRow = { messageId: newId(rng(16)), content, sentAt: now(), failure: null, wire: null };
  tx.put(ROWS.outbox(conversationId, await nextOrder(tx, conversationId)), row);
  return row;
}

async function nextOrder(tx: DeviceTx, conversationId: ConversationId): Promise<number> {
  const [last] = await tx.list(ROWS.outboxOf(conversationId), { order: 'descending', limit: 1 });
  return last === undefined ? 1 : placeOf(last.key).seq + 1;
}

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
  deps: Pick<Deps, 'transact'>,
  conversationId: ConversationId,
  messageId: MessageId,
): Promise<void> {
  await deps.transact(async (tx) => tx.delete((await findFailed(tx, conversationId, messageId)).key));
}

/** @throws SealError NOT_FOUND when no failed message has that id */
async function findFailed(tx: DeviceTx, conversationId: ConversationId, messageId: MessageId) {
  const rows = await tx.list(ROWS.outboxOf(conversationId));
  const found = rows.find(({ value }) => value.messageId === messageId && value.failure !== null);
  if (found === undefined) throw new SealError('NOT_FOUND', 'outbox: no failed message of that id');
  return found;
}
