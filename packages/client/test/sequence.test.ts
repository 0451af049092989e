import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountFor, gapsOf, isAccountedFor, withMissing } from '../src/conversations/sequence.ts';
import { withMessage } from '../src/conversations/progress.ts';
import type { ConversationRow } from '../src/store/rows.ts';

const FRESH: ConversationRow = {
  kind: 'dm',
  members: [],
  createdAt: 0,
  lastSeq: 0,
  firstSeq: null,
  lastShownSeq: null,
  lastActivityAt: 0,
  readSeq: 0,
  announcedReadSeq: 0,
  unreadCount: 0,
};
const take = (row: ConversationRow, seq: number): ConversationRow =>
  withMessage(row, { seq, acceptedAt: 0, isShown: true });

describe('the numbers of a conversation', () => {
  it('exactly the numbers that did not arrive are gaps, in whatever order the others arrived', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (seqs) => {
        const row = seqs.reduce(take, { ...FRESH, seenSeq: 0, seenFrom: 1 });
        const highest = Math.max(...seqs);
        const absent = Array.from({ length: highest }, (_, i) => i + 1).filter((seq) => !seqs.includes(seq));
        const gaps = gapsOf(row).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
        expect(gaps).toEqual(absent);
        for (const seq of seqs) expect(isAccountedFor(row, seq)).toBe(true);
        for (const seq of [...absent, highest + 1]) expect(isAccountedFor(row, seq)).toBe(false);
      }),
    );
  });

  it('numbers from before the device joined are not missed', () => {
    expect(gapsOf(take(FRESH, 7))).toEqual([]);
    // A row of a version that kept no account.
    const old = { ...FRESH, firstSeq: 3, lastSeq: 9 };
    expect(gapsOf(accountFor(old, 5))).toEqual([]);
    expect(gapsOf(take(old, 12))).toEqual([[10, 11]]);
  });

  it('numbers that the server gave out and did not deliver are a gap at the end', () => {
    expect(gapsOf({ ...take(FRESH, 1), lastSeq: 1_000_000_000 })).toEqual([[2, 1_000_000_000]]);
  });

  it('numbers that arrive after all are no longer missing', () => {
    const row = withMissing(take(take(FRESH, 1), 9), [
      [2, 3],
      [4, 8],
    ]);
    expect(row.missing).toEqual([[2, 8]]);
    expect(take(row, 5)).toMatchObject({
      missing: [
        [2, 4],
        [6, 8],
      ],
    });
  });

  it('numbers at the end are no longer missing either when they were only late', () => {
    const row = withMissing({ ...take(FRESH, 1), lastSeq: 5 }, [[2, 5]]);
    expect(take(row, 2).missing).toEqual([[3, 5]]);
    expect(take(row, 4)).toMatchObject({
      gaps: [[2, 3]],
      missing: [
        [2, 3],
        [5, 5],
      ],
    });
  });

  it('the gaps of a server do not fill the store, however many it makes', () => {
    let row = FRESH;
    for (let seq = 1; seq < 2_000; seq += 2) row = take(row, seq);
    expect(row.gaps!.length).toBeLessThan(100);
    expect(row.gaps!.at(-1)).toEqual([1998, 1998]);
  });
});
