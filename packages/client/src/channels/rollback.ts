import type { Deps } from '../context/deps.ts';
import { placeOf } from '../store/rows.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { putChannel } from './channel-state.ts';

/**
 * After a rollback of the store: its ratchets may have been used for other messages, so nothing is sent before this
 * device has a new leaf in each group; what others sent can still be read.
 */
export async function renewChannels(deps: Deps): Promise<void> {
  await deps.transact(async (tx) => {
    for (const { key, value } of await tx.list(CHANNEL_ROWS.channels)) {
      const { conversationId } = placeOf(key);
      if (value.status !== 'joined') continue;
      await putChannel(tx, conversationId, { ...value, isStale: true });
      tx.delete(CHANNEL_ROWS.pending(conversationId));
    }
  });
}
