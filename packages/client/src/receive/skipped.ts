import {
  constantTimeEqual,
  type ConversationId,
  type DeviceId,
  type RatchetHeader,
  type UserId,
} from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { TRANSCRIPT_ROWS } from '../store/transcript-rows.ts';

/**
 * Compares the numbers of a Double Ratchet message with the last ones of its device (Double Ratchet §3.2): n goes on by
 * one in a chain, pn says how long the chain before was. Where messages are left out the server is asked what there is;
 * it is no proof, as what was encrypted may never have been sent.
 *
 * @returns whether messages before this one have not come
 */
export async function noteRatchet(
  tx: DeviceTx,
  conversationId: ConversationId,
  from: { readonly userId: UserId; readonly deviceId: DeviceId },
  { dhKey, n, pn }: RatchetHeader,
): Promise<boolean> {
  const key = TRANSCRIPT_ROWS.ratchet(from.userId, from.deviceId);
  const last = await tx.get(key);
  const isSameChain = last !== null && constantTimeEqual(last.dhKey, dhKey);
  if (isSameChain && n <= last.n) return false;
  tx.put(key, { dhKey, n });
  if (last === null) return false;
  const isSkipped = isSameChain ? n > last.n + 1 : pn > last.n + 1;
  if (isSkipped) tx.put(ROWS.gap(conversationId), 0);
  return isSkipped;
}
