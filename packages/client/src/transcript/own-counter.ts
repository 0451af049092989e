import { contextFields, type Bytes, type ConversationId, type MessageBody } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROLLBACK_STEP, ROWS } from '../store/rows.ts';
import { TRANSCRIPT_ROWS } from '../store/transcript-rows.ts';
import { isSame } from './chain.ts';

/**
 * What a body of this device says of its place among the device's bodies, and of the conversation as it is known here.
 * The counter is used up in the transaction that seals the body. After a store was rolled back it goes on beyond
 * whatever the lost future of that store can have used: each rollback takes the number that the store reports up by `ROLLBACK_STEP` at least.
 */
export async function nextCount(
  tx: DeviceTx,
  conversationId: ConversationId,
): Promise<Pick<MessageBody, 'counter' | 'context'>> {
  const key = TRANSCRIPT_ROWS.ownCounter(conversationId);
  const own = (await tx.get(key)) ?? { last: 0, accepted: 0 };
  const rollbacks = Math.floor(((await tx.get(ROWS.checkpoint)) ?? 0) / ROLLBACK_STEP);
  const counter = Math.max(own.last, rollbacks * ROLLBACK_STEP) + 1;
  tx.put(key, { ...own, last: counter });
  const head = (await tx.get(TRANSCRIPT_ROWS.transcript(conversationId)))?.head ?? null;
  const transcript = head && { seq: head.seq, hash: head.hash };
  return { counter, context: contextFields({ transcript, previousCounter: own.accepted }, counter) };
}

/**
 * The server has accepted a body of this device.
 *
 * @param stored SHA-256 of the body that the server keeps: another one was sealed by a past that this store forgot, with
 *   another counter
 */
export async function noteAccepted(
  tx: DeviceTx,
  conversationId: ConversationId,
  sent: { readonly counter: number; readonly bodyHash: Bytes },
  stored: Bytes,
): Promise<void> {
  const key = TRANSCRIPT_ROWS.ownCounter(conversationId);
  const own = await tx.get(key);
  if (own === null || own.accepted >= sent.counter || !isSame(stored, sent.bodyHash)) return;
  tx.put(key, { ...own, accepted: sent.counter });
}
