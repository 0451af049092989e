import { toHex, type Bytes, type ConversationId } from '@seal-chat/protocol';
import type { RowReader } from '../store/device-tx.ts';
import { CHANNEL_ROWS, type GroupRow } from '../store/channel-rows.ts';

/** Bytes in front of an epoch's state that no other state begins with: version and stamp. */
const HEAD = 17;
/** Epochs kept; more than the channels that are busy at a time. */
const MAX_STATES = 128;

/** Epochs that were read, the oldest first: `crypto/mls` decodes an array it has seen before only once. */
const states = new Map<string, Bytes>();

/**
 * The group of a channel as it is stored. The part that changes with Commits alone is the same array as the last time,
 * which saves decoding it for every message; the ratchets are always read.
 */
export async function readGroup(reader: RowReader, conversationId: ConversationId): Promise<GroupRow | null> {
  const row = await reader.get(CHANNEL_ROWS.group(conversationId));
  if (row === null) return null;
  const name = nameOf(row);
  const known = states.get(name);
  if (known?.length === row.state.length) return { ...row, state: known };
  if (states.size >= MAX_STATES) states.delete(states.keys().next().value!);
  states.set(name, row.state);
  return row;
}

/** An epoch that is over is not kept. */
export function forgetGroup(group: GroupRow): void {
  states.delete(nameOf(group));
}

function nameOf({ state }: GroupRow): string {
  return toHex(state.subarray(0, HEAD));
}
