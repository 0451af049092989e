import { SIZE_LIMITS, SealError, newId, utf8, type ConversationId, type MessageContent } from '@seal-chat/protocol';
import { type Deps } from '../context/deps.ts';
import type { DeviceTx, FoundRow } from '../store/device-tx.ts';
import { ROWS, placeOf, type OutboxRow } from '../store/rows.ts';

/** @throws SealError BAD_INPUT, TOO_LARGE */
export function checkText(text: string): void {
  if (text.trim() === '' || !text.isWellFormed()) throw new SealError('BAD_INPUT', 'text: empty or not well-formed');
  const length = utf8(text).length;
  if (length > SIZE_LIMITS.messageText) throw new SealError('TOO_LARGE', `text: ${length} bytes`);
}

/** Puts a body at the end of its conversation's queue. */
export async function enqueue(
  { rng, now }: Pick<Deps, 'rng' | 'now'>,
  tx: DeviceTx,
  conversationId: ConversationId,
  content: MessageContent,
  extras: Pick<OutboxRow, 'shown' | 'lifetimeSeconds' | 'attachmentIds' | 'waitsFor'> = {},
): Promise<FoundRow<OutboxRow>> {
  const row: OutboxRow = { messageId: newId(rng(16)), content, sentAt: now(), failure: null, wire: null, ...extras };
  const key = ROWS.outbox(conversationId, await nextOrder(tx, conversationId));
  tx.put(key, row);
  return { key, value: row };
}

export async function nextOrder(tx: DeviceTx, conversationId: ConversationId): Promise<number> {
  const [last] = await tx.list(ROWS.outboxOf(conversationId), { order: 'descending', limit: 1 });
  return last === undefined ? 1 : placeOf(last.key).seq + 1;
}
