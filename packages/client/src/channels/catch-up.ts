import { CHANNEL_LIMITS, SealError, type ConversationId } from '@seal-chat/protocol';
import type { ChannelEntry } from '@seal-chat/protocol/api';
import { expectMost } from '../api/answers.ts';
import type { Deps } from '../context/deps.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { putChannel } from './channel-state.ts';
import { entryOf, type LogEntry } from './log-entry.ts';
import { takeEntries } from './take-entries.ts';

/**
 * Reads a channel's log from where this device is, up to its end or the first entry that does not fit. Several may do
 * so at once: an entry is taken by one of them.
 *
 * A log that does not go on where this device is marks the channel as broken.
 *
 * @throws SealError MALFORMED when what comes is no log; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function catchUp(deps: Deps, conversationId: ConversationId): Promise<void> {
  for (;;) {
    const row = await deps.reader.get(CHANNEL_ROWS.channel(conversationId));
    if (row === null || row.processedSeq === null || row.status === 'creating' || row.status === 'left') return;
    const after = row.processedSeq;
    const limit = CHANNEL_LIMITS.logPage;
    const answer = await deps.api.channels.log.query({ conversationId, after, limit });
    const entries = pageOf(answer.entries, after, await isWithoutKeys(deps, conversationId));
    if (entries === null || (entries.length === 0 && answer.lastSeq !== after)) {
      // Something of it is kept back, or it ends before what was read of it: cut, or put back.
      return markBroken(deps, conversationId, after);
    }
    if (entries.length === 0) return;
    if ((await takeEntries(deps, conversationId, entries, true)) !== null) return;
    if (entries.at(-1)!.seq >= answer.lastSeq) return;
  }
}

/**
 * The entries of a page, if they are the next ones.
 *
 * @param mayLack whether some may be missing in between: to a device that cannot open them that is no loss
 * @throws SealError MALFORMED
 */
export function pageOf(answers: readonly ChannelEntry[], after: number, mayLack: boolean): readonly LogEntry[] | null {
  const entries = expectMost(answers, CHANNEL_LIMITS.logPage).map(entryOf);
  let last = after;
  for (const { seq } of entries) {
    if (mayLack ? seq <= last : seq !== last + 1) return null;
    last = seq;
  }
  return entries;
}

async function isWithoutKeys({ reader }: Deps, conversationId: ConversationId): Promise<boolean> {
  return (await reader.get(CHANNEL_ROWS.group(conversationId))) === null;
}

async function markBroken(deps: Deps, conversationId: ConversationId, processedSeq: number): Promise<void> {
  const cause = 'CHANNEL_FORKED';
  const isNews = await deps.transact(async (tx) => {
    const row = await tx.get(CHANNEL_ROWS.channel(conversationId));
    if (row?.status !== 'joined' || row.processedSeq !== processedSeq) return false;
    await putChannel(tx, conversationId, { ...row, status: 'broken', cause });
    return true;
  });
  if (isNews) deps.report(new SealError(cause, 'channel: the log does not continue where it ended'));
}

/** Takes an entry that the server pushed when it is the next one; otherwise reads the log. */
export async function takeLive(deps: Deps, conversationId: ConversationId, answer: ChannelEntry): Promise<void> {
  const entry = entryOf(answer);
  if ((await takeEntries(deps, conversationId, [entry], false)) === 'gap') await catchUp(deps, conversationId);
}
