import type { Deps } from '../context/deps.ts';
import { placeOf } from '../store/rows.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { putChannel } from './channel-state.ts';
import { unlistedAmong } from './mls-context.ts';

/** Device lists were stored: leaves whose device has left its list must go before anything is sent. */
export async function recheckUnlisted(deps: Deps, keys: readonly string[]): Promise<void> {
  const users = new Set(keys.filter((key) => key.startsWith('peer/')).map((key) => key.slice('peer/'.length)));
  for (const { key, value: group } of await deps.reader.list(CHANNEL_ROWS.groups)) {
    const { conversationId } = placeOf(key);
    const concerned = group.leaves.filter(({ userId }) => users.has(userId));
    if (concerned.length === 0) continue;
    await deps.transact(async (tx) => {
      const row = await tx.get(CHANNEL_ROWS.channel(conversationId));
      const now = await tx.get(CHANNEL_ROWS.group(conversationId));
      if (row === null || now === null) return;
      const others = row.unlisted.filter((deviceId) =>
        now.leaves.some((leaf) => leaf.deviceId === deviceId && !users.has(leaf.userId)),
      );
      const found = await unlistedAmong(
        tx,
        now.leaves.filter(({ userId }) => users.has(userId)),
      );
      const unlisted = [...others, ...found].toSorted();
      if (unlisted.join() === [...row.unlisted].toSorted().join()) return;
      await putChannel(tx, conversationId, { ...row, unlisted });
    });
  }
}
