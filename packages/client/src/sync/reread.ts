import { isSealError, type MessageContent } from '@seal-chat/protocol';
import { decodeContent } from '@seal-chat/protocol/content';
import { applyContent } from '../content/apply-content.ts';
import type { StoreDeps } from '../context/deps.ts';
import type { UnsupportedRow } from '../store/message-rows.ts';
import { ROWS, placeOf } from '../store/rows.ts';

/** Messages that an earlier version did not understand are read again: this one may. */
export async function rereadUnsupported(deps: StoreDeps): Promise<void> {
  for (const { key, value } of await deps.reader.list(ROWS.allUnsupported)) {
    if (!isReadable(contentOf(value))) continue;
    await deps.transact(async (tx) => {
      const { conversationId, seq } = placeOf(key);
      const message = await tx.get(ROWS.message(conversationId, seq));
      tx.delete(key);
      if (message?.content.kind !== 'unsupported') return;
      const { sentAt } = message;
      await applyContent(deps, tx, { ...message, conversationId, seq }, { sentAt, content: contentOf(value) });
    });
  }
}

function contentOf({ typeId, payload }: UnsupportedRow): Extract<MessageContent, { kind: 'coded' }> {
  return { kind: 'coded', code: typeId, payload };
}

function isReadable(coded: Parameters<typeof decodeContent>[0]): boolean {
  try {
    return decodeContent(coded) !== null;
  } catch (error) {
    if (isSealError(error, 'MALFORMED')) return false;
    throw error;
  }
}
