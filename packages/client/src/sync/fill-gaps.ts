import { isSealError, type ConversationId } from '@seal-chat/protocol';
import { gapsOf, isAccountedFor, withMissing } from '../conversations/sequence.ts';
import { WITHHELD_AFTER_MS, isRefusal } from '../context/withheld.ts';
import { storeOrReport } from '../conversations/conversation-rows.ts';
import type { Deps } from '../context/deps.ts';
import { incomingOf } from '../content/incoming.ts';
import { learnSenders } from '../receive/process-batch.ts';
import { receiveMessage } from '../receive/receive-message.ts';
import { ROWS, placeOf, type SeqRange } from '../store/rows.ts';

const PAGE = 100;
/** Pages asked for in one go and conversation: a server can claim any number of messages. */
const MAX_PAGES = 20;

/**
 * Looks after numbers of DMs that are not accounted for, once the server is caught up with: it is asked what is
 * there. What it shows is received as any message; what it does not show at all is missing, and said to be.
 *
 * @param again also asks for what it did not show before, as on a new connection
 * @returns when to ask again for what may be on its way, ms from now; null when nothing is
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function fillGaps(deps: Deps, { again }: { readonly again: boolean }): Promise<number | null> {
  const { reader } = deps;
  const rows = again ? await reader.list(ROWS.conversations) : await reader.list(ROWS.gaps);
  let next: number | null = null;
  for (const { key } of rows) {
    const { conversationId } = placeOf(key);
    await fillGapsOf(deps, conversationId, again);
    const { kind, missingSince, isWithheld } = (await reader.get(ROWS.conversation(conversationId))) ?? {};
    // What a channel's log does not show is looked after where the log is read.
    if (kind === 'channel' || missingSince === undefined || isWithheld) continue;
    const wait = Math.max(0, missingSince + WITHHELD_AFTER_MS - Date.now());
    next = Math.min(next ?? wait, wait);
  }
  return next;
}

async function fillGapsOf(deps: Deps, conversationId: ConversationId, again: boolean): Promise<void> {
  await learnEnd(deps, conversationId).catch(passRefusal(deps));
  const row = await deps.reader.get(ROWS.conversation(conversationId));
  const ranges = row === null || row.kind === 'channel' ? [] : gapsOf(row);
  if (row === null || ranges.length === 0) return;
  // The place of a message of this device may be known to the server alone. Its answer starts this check again.
  const order = await deps.reader.get(ROWS.underWay(conversationId));
  const underWay = order === null ? null : await deps.reader.get(ROWS.outbox(conversationId, order));
  if (underWay !== null && underWay.wire !== null && underWay.failure === null) return;
  for (const range of ranges) {
    const isKnown = (row.missing ?? []).some(([from, to]) => from <= range[0] && to >= range[1]);
    if (again || !isKnown) await ask(deps, conversationId, range).catch(passRefusal(deps));
  }
  await deps.transact(async (tx) => {
    tx.delete(ROWS.gap(conversationId));
    const key = ROWS.conversation(conversationId);
    const now = await tx.get(key);
    // Only what was asked for: more may have come meanwhile.
    const left = now === null ? [] : gapsOf(now).filter(([, to]) => to <= Math.max(row.lastSeq, row.seenSeq ?? 0));
    if (now === null || left.length === 0) return;
    const missingSince = now.missingSince ?? Date.now();
    const isWithheld = Date.now() - missingSince >= WITHHELD_AFTER_MS;
    tx.put(key, { ...withMissing(now, left), missingSince, isWithheld });
  });
}

/** A server that refuses to say what is there, or says what is no answer, does not show it, either. */
function passRefusal({ report }: Pick<Deps, 'report'>): (error: unknown) => void {
  return (error) => {
    if (!isRefusal(error)) throw error;
    if (!isSealError(error) || !error.isRetryable) report(error);
  };
}

/** A ratchet has skipped numbers: the server may have given out more than it has told. */
async function learnEnd(deps: Deps, conversationId: ConversationId): Promise<void> {
  const marker = ROWS.gap(conversationId);
  if ((await deps.reader.get(marker)) !== 0) return;
  const answer = await deps.api.conversations.get.query({ conversationId });
  await deps.transact(async (tx) => {
    tx.delete(marker);
    if (answer.conversationId === conversationId) await storeOrReport(deps, tx, answer);
  });
}

/** Goes back through the server's history from the end of `range` to its beginning. */
async function ask(deps: Deps, conversationId: ConversationId, [from, to]: SeqRange): Promise<void> {
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
        await receiveMessage(deps, tx, incomingOf(stored, stored.envelope));
      }
    });
    before = shown[0]!.seq;
  }
}
