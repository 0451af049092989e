import { describe, expect, it } from 'vitest';
import { toRows, type Groupable } from './rows.ts';

const NOON = new Date(2026, 10, 20, 12).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function message(id: string, senderId: string, at: number): Groupable {
  return { id, senderId, at };
}

function shape(messages: readonly Groupable[], firstUnreadId: string | null = null): readonly string[] {
  return toRows(messages, firstUnreadId).map((row) =>
    row.kind === 'message' ? `${row.message.id}${row.isFirst ? '(' : ''}${row.isLast ? ')' : ''}` : row.kind,
  );
}

describe('toRows', () => {
  it('heads each day and groups what one person wrote in one go', () => {
    expect(
      shape([
        message('a', 'alice', NOON - 24 * HOUR),
        message('b', 'alice', NOON),
        message('c', 'alice', NOON + MINUTE),
        message('d', 'alice', NOON + 2 * MINUTE),
        message('e', 'bob', NOON + 3 * MINUTE),
        message('f', 'bob', NOON + 20 * MINUTE),
      ]),
    ).toEqual(['day', 'a()', 'day', 'b(', 'c', 'd)', 'e()', 'f()']);
  });

  it('parts a group where the unread messages begin', () => {
    const messages = [message('a', 'bob', NOON), message('b', 'bob', NOON), message('c', 'bob', NOON)];
    expect(shape(messages, 'b')).toEqual(['day', 'a()', 'unread', 'b(', 'c)']);
  });

  it('parts a group at midnight even when the minutes are few', () => {
    const midnight = new Date(2026, 10, 21).getTime();
    expect(shape([message('a', 'bob', midnight - MINUTE), message('b', 'bob', midnight + MINUTE)])).toEqual([
      'day',
      'a()',
      'day',
      'b()',
    ]);
  });

  it('is empty for no messages and gives every row its own key', () => {
    expect(toRows([], null)).toEqual([]);
    const keys = toRows([message('a', 'x', NOON), message('b', 'y', NOON)], 'a').map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
