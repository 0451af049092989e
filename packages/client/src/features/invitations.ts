import type { ConversationId } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';

/** The messages that ask the person into a channel show how that stands. */
export async function markInvitations(
  tx: DeviceTx,
  channelId: ConversationId,
  state: 'open' | 'accepted' | 'gone',
): Promise<void> {
  for (const { value } of await tx.list(ROWS.invitationsTo(channelId))) {
    const { conversationId, seq } = value;
    const key = ROWS.message(conversationId, seq);
    const row = await tx.get(key);
    if (row?.content.kind !== 'invitation' || row.content.state === state) continue;
    tx.put(key, { ...row, content: { ...row.content, state } });
    tx.announce({ type: 'changed', conversationId, seq });
  }
}
