import { CHANNEL_LIMITS, SealError, isSealError, type ConversationId } from '@seal-chat/protocol';
import type { ChannelEntry } from '@seal-chat/protocol/api';
import { expectCount, expectMost } from '../api/answers.ts';
import type { Deps } from '../context/deps.ts';
import { isRefusal } from '../context/withheld.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import type { SeqRange } from '../store/rows.ts';
import { putChannel } from './channel-state.ts';
import { entryOf, type LogEntry } from './log-entry.ts';
import { takeEntries } from './take-entries.ts';
import { noteUnread, noteHeldBack, putWithheld } from './held-back.ts';

/**
 * Reads a channel's log from where this device is, up to its end or the first entry that does not fit. Several may do
 * so at once: an entry is taken by one of them.
 *
 * A log that does not go on where this device is marks the channel as broken, and what it leaves out as held back.
 *
 * @returns where the log ends, as the server says; null where this device did not read up to there
 * @throws SealError MALFORMED when what comes is no log; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function catchUp(deps: Deps, conversationId: ConversationId): Promise<number | null> {
  try {
    return await readOn(deps, conversationId);
  } catch (error) {
    await noteUnread(deps, conversationId, error);
    throw error;
  }
}

async function readOn(deps: Deps, conversationId: ConversationId): Promise<number | null> {
  for (;;) {
    const row = await deps.reader.get(CHANNEL_ROWS.channel(conversationId));
    if (row === null || row.processedSeq === null || row.status === 'creating' || row.status === 'left') return null;
    const after = row.processedSeq;
    const limit = CHANNEL_LIMITS.logPage;
    const { entries: page, lastSeq } = await deps.api.channels.log.query({ conversationId, after, limit });
    expectCount(lastSeq);
    const entries = pageOf(page, after, await isWithoutKeys(deps, conversationId));
    if (entries === null || (entries.length === 0 && lastSeq !== after)) {
      // Something of it is kept back, or it ends before what was read of it: cut, or put back.
      await markBroken(deps, conversationId, { after, hole: firstHole(page, after, lastSeq) });
      return null;
    }
    if (entries.length === 0) return lastSeq;
    if ((await takeEntries(deps, conversationId, entries, true)) !== null) return null;
    if (entries.at(-1)!.seq >= lastSeq) return lastSeq;
  }
}

/** Reads the log where the server has told of the number `told`; says so when that is not shown. Throws as `catchUp`. */
export async function follow(deps: Deps, conversationId: ConversationId, told: number): Promise<void> {
  try {
    const end = await readOn(deps, conversationId);
    if (end !== null && end < told) await noteHeldBack(deps, conversationId, told, true);
  } catch (error) {
    if (isRefusal(error)) await noteHeldBack(deps, conversationId, told, isSealError(error) && !error.isRetryable);
    throw error;
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

/** The first numbers that a page of a log leaves out; null when it only ends too early. */
function firstHole(page: readonly ChannelEntry[], after: number, lastSeq: number): SeqRange | null {
  let next = after + 1;
  for (const { seq } of page) {
    if (seq > next) return [next, seq - 1];
    if (seq === next) next++;
  }
  return next <= lastSeq ? [next, lastSeq] : null;
}

async function markBroken(
  deps: Deps,
  conversationId: ConversationId,
  { after, hole }: { readonly after: number; readonly hole: SeqRange | null },
): Promise<void> {
  const cause = 'CHANNEL_FORKED';
  const isNews = await deps.transact(async (tx) => {
    const row = await tx.get(CHANNEL_ROWS.channel(conversationId));
    if (row?.status !== 'joined' || row.processedSeq !== after) return false;
    if (hole !== null) await putWithheld(tx, conversationId, hole);
    await putChannel(tx, conversationId, { ...row, status: 'broken', cause });
    return true;
  });
  if (isNews) deps.report(new SealError(cause, 'channel: the log does not continue where it ended'));
}

/** Takes an entry that the server pushed when it is the next one; otherwise reads the log. */
export async function takeLive(deps: Deps, conversationId: ConversationId, answer: ChannelEntry): Promise<void> {
  const entry = entryOf(answer);
  if ((await takeEntries(deps, conversationId, [entry], false)) === 'gap')
    await follow(deps, conversationId, entry.seq);
}
