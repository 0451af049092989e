import type { ConversationId } from '@seal-chat/protocol';
import type { FoundRow, RowReader } from './device-tx.ts';
import { queuedIn } from './queued-rows.ts';
import type { OutboxRow } from './rows.ts';

/** The first queued row that `accept`s; null when there is none. */
export async function findQueued(
  reader: RowReader,
  conversationId: ConversationId,
  accept: (row: OutboxRow) => boolean,
): Promise<FoundRow<OutboxRow> | null> {
  for await (const found of queuedIn(reader, conversationId)) if (accept(found.value)) return found;
  return null;
}
