import { isSealError } from '@seal-chat/protocol';
import { decodeContent } from '@seal-chat/protocol/content';
import type { Deps } from '../context/deps.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import { applyContent } from '../content/apply-content.ts';

/** Messages that an earlier version did not understand are read again: this one may. */
export async function rereadUnsupported(deps: Pick<Deps, 'reader' | 'transact' | 'now'>): Promise<void> {
  for (const { key, value } of await deps.reader.list(ROWS.allUnsupported)) {
    if (!isReadable(value)) continue;
    await deps.transact(async (tx) => {
      const { conversationId, seq } = placeOf(key);
      const message = await tx.get(ROWS.message(conversationId, seq));
      tx.delete(key);
      if (message?.content.kind !== 'unsupported') return;
      const { sentAt } = message;
      await applyContent(
        deps,
        tx,
        { ...message, conversationId, seq },
        { sentAt, content: { kind: 'coded', ...value } },
      );
    });
  }
}

function isReadable(coded: Parameters<typeof decodeContent>[0]): boolean {
  try {
    return decodeContent(coded) !== null;
  } catch (error) {
    if (isSealError(error, 'MALFORMED')) return false;
    throw error;
  }
}
