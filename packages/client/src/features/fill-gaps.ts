import type { ConversationId } from '@seal-chat/protocol';
import { gapsOf, isAccountedFor, withMissing } from '../conversations/sequence.ts';
import type { Deps } from '../deps.ts';
import { incomingOf } from '../receive/incoming.ts';
import { learnSenders } from '../receive/process-batch.ts';
import { contentCode, receiveMessage } from '../receive/receive-message.ts';
import { ROWS, placeOf, type ConversationRow, type SeqRange } from '../store/rows.ts';

const PAGE = 100;
/** Pages asked for in one go and conversation: a server can claim any number of messages. */
const MAX_PAGES = 20;

/**
 * Looks after numbers of DMs that are not accounted for: the server is asked what stands there. What it shows is
 * received as any message; what it does not show at all is missing, and said to be.
 *
 * @throws SealError OFFLINE …
 */
export async function fillGaps(deps: Deps): Promise<void> {
  for (const { key } of await deps.reader.list(ROWS.gaps)) await fillGapsOf(deps, placeOf(key).conversationId);
}

/** Conversations whose newest messages did not come although the server has counted them. Once it is caught up with. */
export async function noteTails(deps: Pick<Deps, 'reader' | 'transact' | 'now'>): Promise<void> {
  const all = await deps.reader.list(ROWS.conversations);
  const behind = all.filter(({ value }) => value.kind === 'dm' && hasTail(value));
  if (behind.length === 0) return;
  await deps.transact(async (tx) => {
    for (const { key } of behind) tx.put(ROWS.gap(placeOf(key).conversationId), deps.now());
  });
}

function hasTail({ lastSeq, seenSeq, missing = [] }: ConversationRow): boolean {
  return seenSeq !== undefined && lastSeq > seenSeq && !missing.some(([, to]) => to === lastSeq);
}

async function fillGapsOf(deps: Deps, conversationId: ConversationId): Promise<void> {
  const row = await deps.reader.get(ROWS.conversation(conversationId));
  const queued = await deps.reader.list(ROWS.outboxOf(conversationId));
  // The place of an own message may be known to the server alone. The answer comes, and then this is looked at again.
  if (queued.some(({ value }) => value.wire !== null && value.failure === null)) return;
  if (row?.kind === 'dm') {
    const missing = row.missing ?? [];
    for (const range of gapsOf(row)) {
      if (!missing.some(([from, to]) => from <= range[0] && to >= range[1])) await ask(deps, conversationId, range);
    }
  }
  await deps.transact(async (tx) => {
    tx.delete(ROWS.gap(conversationId));
    const key = ROWS.conversation(conversationId);
    const now = await tx.get(key);
    // Only what was asked for: more may have come meanwhile.
    const left = row && now ? gapsOf(now).filter(([, to]) => to <= Math.max(row.lastSeq, row.seenSeq ?? 0)) : [];
    if (now !== null && left.length > 0) tx.put(key, withMissing(now, left));
  });
}

/** Goes back through the server's history from the end of `range` to its beginning. */
async function ask(deps: Deps, conversationId: ConversationId, [from, to]: SeqRange): Promise<void> {
  const code = await contentCode();
  let before = to + 1;
  for (let page = 0; page < MAX_PAGES && before > from; page++) {
    const limit = Math.min(PAGE, before - from);
    const { messages } = await deps.api.messages.history.query({ conversationId, before, limit });
    const wanted = messages.filter((shown) => shown.conversationId === conversationId && shown.seq >= from);
    const shown = wanted.filter(({ seq }) => seq < before).toSorted((a, b) => a.seq - b.seq);
    if (shown.length === 0) return;
    await learnSenders(deps, shown);
    await deps.transact(async (tx) => {
      for (const stored of shown) {
        const row = await tx.get(ROWS.conversation(conversationId));
        if (row !== null && isAccountedFor(row, stored.seq)) continue;
        await receiveMessage(deps, tx, incomingOf(stored, stored.envelope), code);
      }
    });
    before = shown[0]!.seq;
  }
}
