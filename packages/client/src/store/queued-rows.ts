import type { ConversationId } from '@seal-chat/protocol';
import type { FoundRow, RowReader } from './device-tx.ts';
import { ROWS, placeOf, type OutboxRow } from './rows.ts';

/** Rows that are read at once: an outbox may hold thousands, of which nearly always the first or last is wanted. */
const PAGE = 16;
const FIRST_PAGE = 4;

/** Walks through what is queued in a conversation, in its order or from the end. Never holds all of it. */
export async function* queuedIn(
  reader: RowReader,
  conversationId: ConversationId,
  {
    order = 'ascending',
    after,
  }: { readonly order?: 'ascending' | 'descending'; readonly after?: FoundRow<OutboxRow>['key'] } = {},
): AsyncGenerator<FoundRow<OutboxRow>, void, undefined> {
  let bound = after;
  let limit = FIRST_PAGE;
  for (;;) {
    const bounds = bound === undefined ? {} : order === 'ascending' ? { after: bound } : { before: bound };
    const page = await reader.list(ROWS.outboxOf(conversationId), { order, limit, ...bounds });
    yield* page;
    if (page.length < limit) return;
    bound = page.at(-1)!.key;
    limit = PAGE;
  }
}

/** The conversations in which anything is queued. Reads one row of each. */
export async function conversationsWithQueue(reader: RowReader): Promise<readonly ConversationId[]> {
  const found: ConversationId[] = [];
  for (let after = {}; ;) {
    const [row] = await reader.list(ROWS.allOutbox, { limit: 1, ...after });
    if (row === undefined) return found;
    const { conversationId } = placeOf(row.key);
    found.push(conversationId);
    after = { after: ROWS.outbox(conversationId, Number.MAX_SAFE_INTEGER) };
  }
}
