import { LIFETIMES } from '@seal-chat/protocol';
import type { StoreDeps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';

/** Forgets what is kept of sent messages to answer retry requests, once none is answered any more. */
export async function forgetOldSent({ now, transact }: Pick<StoreDeps, 'now' | 'transact'>): Promise<void> {
  await transact(async (tx) => {
    for (const { key, value } of await tx.list(ROWS.allSent)) {
      if (now() - value.acceptedAt > LIFETIMES.retryRecordMs) tx.delete(key);
    }
  });
}
