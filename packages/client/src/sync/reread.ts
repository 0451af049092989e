import type { MessageContent } from '@seal-chat/protocol';
import { applyContent } from '../content/apply-content.ts';
import { readContent } from '../content/read-content.ts';
import type { StoreDeps } from '../context/deps.ts';
import type { UnsupportedRow } from '../store/message-rows.ts';
import { ROWS, placeOf } from '../store/rows.ts';

/** Messages that an earlier version did not understand are read again: this one may. */
export async function rereadUnsupported(deps: StoreDeps): Promise<void> {
  for (const { key, value } of await deps.reader.list(ROWS.allUnsupported)) {
    if (readContent(contentOf(value)) === null) continue;
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
