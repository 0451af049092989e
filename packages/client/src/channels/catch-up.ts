import { CHANNEL_LIMITS, SealError, type ConversationId } from '@seal-chat/protocol';
import type { ChannelEntry } from '@seal-chat/protocol/api';
import type { Deps } from '../deps.ts';
import { CHANNEL_ROWS } from './channel-rows.ts';
import { entryOf, type LogEntry } from './log-entry.ts';
import { takeEntries } from './take-entries.ts';

/**
 * Reads a channel's log from where this device is, up to its end or the first entry that does not fit. Several may do
 * so at once: an entry is taken by one of them.
 *
 * @throws SealError MALFORMED when what comes is not the next part of the log; OFFLINE …
 */
export async function catchUp(deps: Deps, conversationId: ConversationId): Promise<void> {
  for (;;) {
    const row = await deps.reader.get(CHANNEL_ROWS.channel(conversationId));
    if (row === null || row.cursor === null || row.status === 'creating' || row.status === 'left') return;
    const after = row.cursor;
    const limit = CHANNEL_LIMITS.logPage;
    const answer = await deps.api.channels.log.query({ conversationId, after, limit });
    const entries = pageOf(answer.entries, after);
    if (entries.length === 0) {
      // A log that ends before what was read of it has been cut, or put back.
      if (answer.lastSeq !== after) throw new SealError('CHANNEL_FORKED', 'log: ends elsewhere than it did');
      return;
    }
    if ((await takeEntries(deps, conversationId, entries)) !== null) return;
    if (entries.at(-1)!.seq >= answer.lastSeq) return;
  }
}

/** The entries of a page: the next ones, without a gap. @throws SealError MALFORMED */
export function pageOf(answers: readonly ChannelEntry[], after: number): readonly LogEntry[] {
  const entries = answers.map(entryOf);
  if (entries.some(({ seq }, i) => seq !== after + 1 + i)) {
    throw new SealError('MALFORMED', 'log: its entries do not follow each other');
  }
  return entries;
}

/** An entry that came by itself: taken when it is the next one; otherwise the log is read. */
export async function takeLive(deps: Deps, conversationId: ConversationId, answer: ChannelEntry): Promise<void> {
  const entry = entryOf(answer);
  if ((await takeEntries(deps, conversationId, [entry])) === 'gap') await catchUp(deps, conversationId);
}
