import type { Bytes, ConversationId, UserId } from '@seal-chat/protocol';
import type { DeviceTx } from '../store/device-tx.ts';
import { LIST_ROWS } from '../store/list-rows.ts';
import { ROWS } from '../store/rows.ts';
import type { PlacedMessage } from './incoming.ts';

/** Notes that a message tells of a device list which this device does not have, or has otherwise. */
export async function promiseList(
  tx: DeviceTx,
  conversationId: ConversationId,
  { seq, senderUserId, senderDeviceId }: PlacedMessage,
  list: { readonly owner: UserId; readonly version: number; readonly hash: Bytes | null },
): Promise<void> {
  const { owner, version, hash } = list;
  const known = (await tx.get(ROWS.peer(owner)))?.known.list.version ?? 0;
  const key = LIST_ROWS.promised(conversationId, owner);
  const before = await tx.get(key);
  const isNews =
    version > (before?.version ?? 0) || (version === before?.version && before.hash === null && hash !== null);
  if (version < known || !isNews) return;
  tx.put(key, { version, hash, seq, byUserId: senderUserId, byDeviceId: senderDeviceId });
}
