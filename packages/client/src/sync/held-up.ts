import type { ConversationId } from '@seal-chat/protocol';
import type { StoreDeps } from '../context/deps.ts';
import { isTrusted } from '../peers/verified-key.ts';
import { conversationsWithQueue, queuedIn } from '../store/queued-rows.ts';
import { ROWS, type OutboxRow } from '../store/rows.ts';

/** What waited for an identity to be accepted or verified is sent, once all members of its conversation are trusted. */
export async function reviveHeldUp(deps: StoreDeps): Promise<void> {
  const isHeldUp = (row: OutboxRow): boolean => row.failure === 'IDENTITY_CHANGED';
  for (const conversationId of await conversationsWithQueue(deps.reader)) {
    if (!(await areTrusted(deps, conversationId))) continue;
    for await (const { key, value } of queuedIn(deps.reader, conversationId)) {
      if (!isHeldUp(value)) continue;
      await deps.transact(async (tx) => {
        const row = await tx.get(key);
        if (row !== null && isHeldUp(row)) tx.put(key, { ...row, failure: null });
      });
    }
  }
}

async function areTrusted({ reader }: StoreDeps, conversationId: ConversationId): Promise<boolean> {
  const { members = [] } = (await reader.get(ROWS.conversation(conversationId))) ?? {};
  for (const { userId } of members) if (!(await isTrusted(reader, userId))) return false;
  return true;
}
