import { isSealError } from '@seal-chat/protocol';
import type { FetchDeps } from '../context/deps.ts';
import { ROWS, placeOf } from '../store/rows.ts';

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
