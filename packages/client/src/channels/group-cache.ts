import type { Bytes, ConversationId } from '@seal-chat/protocol';
import type { RowReader } from '../store/device-tx.ts';
import { CHANNEL_ROWS, type GroupRow } from './channel-rows.ts';

/** Bytes in front of an epoch's state that no other state begins with: version and stamp. */
const HEAD = 17;

/** The last epoch of each group that was read: `crypto/mls` decodes an array it has seen before only once. */
const states = new Map<ConversationId, Bytes>();

/**
 * The group of a channel as it is stored. The part that changes with Commits alone is the same array as the last time,
 * which saves decoding it for every message; the ratchets are always read.
 */
export async function readGroup(reader: RowReader, conversationId: ConversationId): Promise<GroupRow | null> {
  const row = await reader.get(CHANNEL_ROWS.group(conversationId));
  const known = states.get(conversationId);
  if (row === null) {
    states.delete(conversationId);
    return null;
  }
  if (known !== undefined && isSame(known, row.state)) return { ...row, state: known };
  states.set(conversationId, row.state);
  return row;
}

function isSame(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.subarray(0, HEAD).every((byte, i) => byte === b[i]);
}
