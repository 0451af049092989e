import { describe, expect, test } from 'vitest';
import { jobsOf } from './jobs.ts';
import { OUTBOX_KINDS } from './kinds.ts';
import type { OutboxRow } from './store.ts';

const EMPTY = { tenantIds: [], subjectIds: [], fromSeqs: [], toSeqs: [], metrics: [], amounts: [] };

function rowOf(id: number, kind: keyof typeof OUTBOX_KINDS, own: Partial<OutboxRow>): OutboxRow {
  return { ...EMPTY, id, createdAt: new Date(0), kind: OUTBOX_KINDS[kind], ...own };
}

/** Messages of a conversation of the tenant `t`. */
const messages = (id: number, conversationId: string, from: number, to: number) =>
  rowOf(id, 'messages', { tenantIds: ['t'], subjectIds: [conversationId], fromSeqs: [from], toSeqs: [to] });

describe('jobs of the outbox', () => {
  test('name each conversation and device once, with all of its messages', () => {
    const rows = [
      messages(1, 'a', 4, 5),
      messages(2, 'b', 1, 1),
      messages(3, 'a', 6, 9),
      rowOf(4, 'keysLow', { tenantIds: ['t', 't'], subjectIds: ['d', 'e'] }),
      rowOf(5, 'keysLow', { tenantIds: ['t'], subjectIds: ['d'] }),
    ];
    expect(jobsOf(rows)).toEqual([
      {
        name: 'waiting',
        id: expect.any(String),
        data: {
          ranges: [
            ['t', 'a', 4, 9],
            ['t', 'b', 1, 1],
          ],
        },
      },
      {
        name: 'key-hints',
        id: expect.any(String),
        data: {
          devices: [
            ['t', 'd'],
            ['t', 'e'],
          ],
        },
      },
    ]);
  });

  test('have the same ids for the same rows, and others for rows more or fewer: none is taken for another', () => {
    const rows = [messages(1, 'a', 1, 1), messages(2, 'a', 2, 2), messages(3, 'b', 1, 1)];
    const idsOf = (some: readonly OutboxRow[]) => jobsOf(some).map(({ id }) => id);
    expect(idsOf(rows)).toEqual(idsOf(rows));
    const sets = [
      rows,
      rows.slice(0, 1),
      rows.slice(0, 2),
      rows.slice(1),
      [rows[0]!, rows[2]!],
      [messages(12, 'a', 1, 1)],
    ];
    expect(new Set(sets.flatMap(idsOf)).size).toBe(sets.length);
  });

  test('hold at most 500 conversations each, and ids that the queue takes', () => {
    const rows = Array.from({ length: 1_001 }, (_, i) => messages(i, `c${i}`, 1, 1));
    const jobs = jobsOf(rows);
    expect(jobs.map((job) => (job.name === 'waiting' ? job.data.ranges.length : 0))).toEqual([500, 500, 1]);
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(3);
    for (const { id } of jobs) expect(id).toMatch(/^[wk]-[\w-]{43}-\d$/);
  });

  test('are none of what is only counted', () => {
    const channels = rowOf(1, 'channelMessages', { tenantIds: ['t'], subjectIds: ['a'], fromSeqs: [1], toSeqs: [2] });
    expect(jobsOf([channels, rowOf(2, 'usage', { tenantIds: ['t'], metrics: [3], amounts: [1] })])).toEqual([]);
  });
});
