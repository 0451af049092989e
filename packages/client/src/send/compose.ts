import { SIZE_LIMITS, SealError, newId, utf8, type ConversationId, type MessageContent } from '@seal-chat/protocol';
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
  checkText(text);
  return shownIn(deps, conversationId, (tx) => enqueue(deps, tx, conversationId, { kind: 'text', text }));
}

/** @throws SealError BAD_INPUT, TOO_LARGE */
export function checkText(text: string): void {
  if (text.trim() === '' || !text.isWellFormed()) throw new SealError('BAD_INPUT', 'text: empty or not well-formed');
  const length = utf8(text).length;
  if (length > SIZE_LIMITS.messageText) throw new SealError('TOO_LARGE', `text: ${length} bytes`);
}

/** The message that `task` queued, as people see it. */
export async function shownIn(
  deps: Pick<Deps, 'reader' | 'transact'>,
  conversationId: ConversationId,
  task: (tx: DeviceTx) => Promise<OutboxRow>,
): Promise<Message> {
  const { userId, device } = await activeAccount(deps.reader);
  const row = await deps.transact(task);
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
  extras: Pick<OutboxRow, 'shown' | 'lifetimeSeconds' | 'attachmentIds' | 'waitsFor'> = {},
): Promise<OutboxRow> {
  const row: OutboxRow = { messageId: newId(rng(16)), content, sentAt: now(), failure: null, wire: null, ...extras };
  tx.put(ROWS.outbox(conversationId, await nextOrder(tx, conversationId)), row);
  return row;
}

export async function nextOrder(tx: DeviceTx, conversationId: ConversationId): Promise<number> {
  const [last] = await tx.list(ROWS.outboxOf(conversationId), { order: 'descending', limit: 1 });
  return last === undefined ? 1 : placeOf(last.key).seq + 1;
}
