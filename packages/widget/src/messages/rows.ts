import { isSameDay } from '../time/dates.ts';

/** Messages of one person that follow each other within this time form one group, ms. */
const GROUP_GAP_MS = 5 * 60_000;

/** What grouping looks at. */
export interface Groupable {
  readonly id: string;
  readonly senderId: string;
  /** ms since 1970. */
  readonly at: number;
}

/** What the message list is made of. */
export type Row<M extends Groupable> =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'unread'; readonly key: string }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: M;
      /** First and last of a run of messages by one sender: they carry the name and the round corner. */
      readonly isFirst: boolean;
      readonly isLast: boolean;
    };

/**
 * The rows for `messages`, which are in the order they are shown: a heading before the first message of each day, a
 * divider before `firstUnreadId`, and each message's place in its group.
 */
export function toRows<M extends Groupable>(messages: readonly M[], firstUnreadId: string | null): readonly Row<M>[] {
  const rows: Row<M>[] = [];
  // Not by `entries()`, which old libraries on a page replace with one that counts nothing.
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    const previous = messages[i - 1];
    const next = messages[i + 1];
    const startsDay = previous === undefined || !isSameDay(previous.at, message.at);
    const startsUnread = message.id === firstUnreadId;
    if (startsDay) rows.push({ kind: 'day', key: `day-${message.id}`, at: message.at });
    if (startsUnread) rows.push({ kind: 'unread', key: 'unread' });
    rows.push({
      kind: 'message',
      key: message.id,
      message,
      isFirst: startsDay || startsUnread || !isSameGroup(previous, message),
      isLast: next === undefined || next.id === firstUnreadId || !isSameGroup(message, next),
    });
  }
  return rows;
}

function isSameGroup(earlier: Groupable, later: Groupable): boolean {
  return (
    earlier.senderId === later.senderId &&
    Math.abs(later.at - earlier.at) <= GROUP_GAP_MS &&
    isSameDay(earlier.at, later.at)
  );
}
