import type { Applying } from './applying.ts';
import type { PlacedMessage } from './incoming.ts';
import type { RowReader } from '../store/device-tx.ts';
import { ERASED_ROWS } from '../store/erased-rows.ts';

/**
 * Whether a message leaves no trace: it comes from a person who is blocked, in the DM with them, or was in a chat when
 * that was deleted. Its number is accounted for all the same, and the ratchet has moved.
 */
export function isDropped(
  { row, ownUserId }: Pick<Applying, 'row' | 'ownUserId'>,
  { seq, senderUserId }: PlacedMessage,
): boolean {
  if (seq <= (row.deletedSeq ?? 0)) return true;
  return row.kind === 'dm' && row.isBlocked === true && senderUserId !== ownUserId;
}

/** Whether the person has deleted what was at that place, on this device: a late answer does not bring it back. */
export async function isErased(reader: RowReader, { conversationId, seq }: PlacedMessage): Promise<boolean> {
  return (await reader.get(ERASED_ROWS.erased(conversationId, seq))) !== null;
}
