import type { ConversationId } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { quote } from './replies.ts';

/** The message `target` has come, changed or gone: what is quoted of it follows. */
export async function requote(tx: DeviceTx, conversationId: ConversationId, target: number): Promise<void> {
  for (const { value: seq } of await tx.list(ROWS.repliesTo(conversationId, target))) {
    const key = ROWS.message(conversationId, seq);
    const row = await tx.get(key);
    if (row?.content.kind !== 'post' || row.content.replyTo === null) continue;
    tx.put(key, { ...row, content: { ...row.content, replyTo: await quote(tx, conversationId, row.content.replyTo) } });
    tx.announce({ type: 'changed', conversationId, seq });
  }
}
