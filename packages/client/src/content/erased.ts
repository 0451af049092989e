import type { ConversationId } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { ERASED_ROWS } from '../store/erased-rows.ts';

/** Places of one conversation that are remembered; of more, those furthest back are forgotten. */
const MOST = 1_000;

/** The person has deleted the message at `seq` on this device: no late answer brings it back. */
export async function noteErased(tx: DeviceTx, conversationId: ConversationId, seq: number): Promise<void> {
  tx.put(ERASED_ROWS.erased(conversationId, seq), seq);
  const all = await tx.list(ERASED_ROWS.erasedIn(conversationId), { order: 'descending' });
  for (const { key } of all.slice(MOST)) tx.delete(key);
}
