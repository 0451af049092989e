import type { Applying } from './applying.ts';
import type { PlacedMessage } from './incoming.ts';

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
