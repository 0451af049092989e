import { COUNT_LIMITS } from '@seal-chat/protocol';
import type { DeviceTx } from './device-tx.ts';
import { ROWS } from './rows.ts';

/** Rows of which a server can make up any number, by what they are about, and how many of each a device takes in. */
const MOST = { conversation: COUNT_LIMITS.conversations, name: 10 * COUNT_LIMITS.conversations } as const;

/** Counts one row more; returns false where there is no room for it, and counts nothing then. */
export async function takeRoom(tx: DeviceTx, kind: keyof typeof MOST): Promise<boolean> {
  const key = ROWS.count(kind);
  const count = (await tx.get(key)) ?? 0;
  if (count >= MOST[kind]) return false;
  tx.put(key, count + 1);
  return true;
}
