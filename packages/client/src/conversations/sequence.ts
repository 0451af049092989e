import type { ConversationRow, SeqRange } from '../store/rows.ts';

/**
 * The server numbers the messages of a conversation without gaps. A number that never arrives is a message that was
 * kept back: the row of a conversation remembers which numbers this device cannot account for.
 */

/** Ranges kept; the oldest are forgotten first. A server that keeps back that much is noticed by the rest. */
const MAX_RANGES = 64;

/** Notes that this device knows what is at `seq`, or that nothing is left there. */
export function accountFor(row: ConversationRow, seq: number): ConversationRow {
  const { gaps = [], missing = [] } = row;
  const seen = seenUpTo(row) ?? seq - 1;
  const from = row.seenFrom ?? row.firstSeq ?? seq;
  const next = { ...row, seenSeq: Math.max(seen, seq), seenFrom: seq === from - 1 ? seq : from };
  if (seq > seen + 1) next.gaps = [...gaps, [seen + 1, seq - 1] as const].slice(-MAX_RANGES);
  else if (seq <= seen && gaps.length > 0) next.gaps = without(gaps, seq);
  if (missing.length === 0) return next;
  const left = without(missing, seq);
  if (left.length > 0) return { ...next, missing: left };
  const { missingSince: _, isWithheld: __, ...whole } = next;
  return { ...whole, missing: left };
}

/** Whether `accountFor` was called for `seq`, on this or an earlier version of the device. */
export function isAccountedFor(row: ConversationRow, seq: number): boolean {
  const seen = seenUpTo(row);
  if (seen === null || seq > seen || seq < (row.seenFrom ?? row.firstSeq ?? Infinity)) return false;
  return !(row.gaps ?? []).some(([from, to]) => seq >= from && seq <= to);
}

/** Numbers the server says it has given out, and of which nothing has arrived. */
export function gapsOf(row: ConversationRow): readonly SeqRange[] {
  const seen = seenUpTo(row);
  const { gaps = [], lastSeq } = row;
  return seen === null || lastSeq <= seen ? gaps : [...gaps, [seen + 1, lastSeq]];
}

/** The server was asked for `ranges` and showed nothing. */
export function withMissing(row: ConversationRow, ranges: readonly SeqRange[]): ConversationRow {
  const all = [...(row.missing ?? []), ...ranges].toSorted(([a], [b]) => a - b);
  const merged: SeqRange[] = [];
  for (const range of all) {
    const last = merged.at(-1);
    if (last === undefined || range[0] > last[1] + 1) merged.push(range);
    else merged[merged.length - 1] = [last[0], Math.max(last[1], range[1])];
  }
  return { ...row, missing: merged.slice(-MAX_RANGES) };
}

/** Rows of versions that kept no account begin with what they have. */
function seenUpTo({ seenSeq, firstSeq, lastSeq }: ConversationRow): number | null {
  return seenSeq ?? (firstSeq === null ? null : lastSeq);
}

function without(ranges: readonly SeqRange[], seq: number): readonly SeqRange[] {
  return ranges.flatMap(([from, to]): SeqRange[] => {
    if (seq < from || seq > to) return [[from, to]];
    const parts: SeqRange[] = [
      [from, seq - 1],
      [seq + 1, to],
    ];
    return parts.filter((part) => part[0] <= part[1]);
  });
}
