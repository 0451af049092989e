import { isSealError, type ConversationId } from '@seal-chat/protocol';
import type { StoreDeps, FetchDeps } from '../context/deps.ts';
import { isTrusted } from '../peers/verified-key.ts';
import { conversationsWithQueue, queuedIn } from '../store/queued-rows.ts';
import { ROWS, placeOf, type OutboxRow } from '../store/rows.ts';

/**
 * Has the server delete the bodies of messages that were taken back; asked again on every connection until it is done.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function requestRemovals(deps: FetchDeps): Promise<void> {
  for (const { key } of await deps.reader.list(ROWS.removals)) {
    const { conversationId, seq } = placeOf(key);
    try {
      await deps.api.messages.remove.mutate({ conversationId, seq });
    } catch (error) {
      // What it refuses now it refuses for ever; the sealed body tells the members all the same.
      if (!isSealError(error) || error.isRetryable) throw error;
    }
    await deps.transact(async (tx) => tx.delete(key));
  }
}

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
