import type { UserId } from '@seal-chat/protocol';
import type { DeviceTx } from './device-tx.ts';
import { isSeen } from './is-seen.ts';
import { ROWS } from './rows.ts';

/** Lines about names that a conversation keeps; a server that changes them more often is noticed by these. */
export const MAX_RENAMES = 16;

/**
 * Puts the name of the first list that is seen of a person, which their key signed, in the place of what the server has
 * called them, in every conversation with them; a conversation in which they were called something else says so.
 *
 * @param inList the name in the list; null for a guest
 */
export async function bindName(tx: DeviceTx, userId: UserId, inList: string | null): Promise<void> {
  const signed = inList !== null && isSeen(inList) ? inList : null;
  const key = ROWS.name(userId);
  if ((await tx.get(key)) === signed) return;
  if (signed === null) tx.delete(key);
  else tx.put(key, signed);
  for (const { key: place, value: row } of await tx.list(ROWS.conversations)) {
    const told = row.members.find((member) => member.userId === userId)?.username;
    if (told === undefined || told === signed) continue;
    const members = row.members.map((member) =>
      member.userId === userId ? { ...member, username: signed, ...(told !== null && { claimedName: told }) } : member,
    );
    const line = signed !== null &&
      told !== null && { afterSeq: row.lastShownSeq ?? 0, userId, from: signed, to: told };
    const renames = line ? [...(row.renames ?? []), line].slice(-MAX_RENAMES) : row.renames;
    tx.put(place, { ...row, members, ...(renames !== undefined && { renames }) });
  }
}
