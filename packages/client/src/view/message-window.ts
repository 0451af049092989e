import type { ConversationId } from '@seal-chat/protocol';
import type { MessageWindow } from '../model/conversation.ts';
import type { Message } from '../model/message.ts';
import type { RowReader } from '../store/device-tx.ts';
import { viewMessage, viewOutbox } from '../store/message-view.ts';
import { queuedIn } from '../store/queued-rows.ts';
import { ROWS, placeOf, type ConversationRow, type MessageRow, type OutboxRow, type RowKey } from '../store/rows.ts';
import type { Self } from '../store/self.ts';

const WINDOW_PAGE = 50;

export const EMPTY_WINDOW: MessageWindow = {
  messages: [],
  hasEarlier: false,
  hasUnavailableHistory: false,
  missing: [],
  notices: [],
  deviceLines: [],
  renames: [],
  isLoaded: false,
};

interface Shown<Row> {
  readonly key: RowKey<Row>;
  readonly row: Row;
  readonly message: Message;
}

/** What a window follows. */
export interface WindowSource {
  readonly reader: RowReader;
  readonly self: Self;
  readonly isOnline: boolean;
}

/**
 * The newest messages of a conversation and everything in its outbox that is shown. Reads everything once; after that
 * only what has changed, so that a change costs the same in a long window as in a short one.
 */
export interface WindowContent {
  /** The whole of it, read again. */
  load(source: WindowSource): Promise<MessageWindow>;
  /** What `keys` have made of it. */
  update(source: WindowSource, keys: ReadonlySet<string>): Promise<MessageWindow>;
  /** Grows by a page at the next update. */
  grow(): void;
  /** Goes back to the last page at the next update. */
  shrink(): void;
}

export function createWindowContent(conversationId: ConversationId): WindowContent {
  const messagesOf = ROWS.messagesOf(conversationId);
  const outboxOf = ROWS.outboxOf(conversationId);
  let count = WINDOW_PAGE;
  let conversation: ConversationRow | null = null;
  /** In their order. */
  let placed: readonly Shown<MessageRow>[] = [];
  let queued: readonly Shown<OutboxRow>[] = [];
  let hasEarlier = false;

  const view = (key: RowKey<MessageRow>, row: MessageRow, self: Self): Shown<MessageRow> => {
    const { seq } = placeOf(key);
    return { key, row, message: viewMessage({ conversationId, seq, row }, conversation, self) };
  };

  /** Reads what is before the window until it has as many messages as it should, and cuts off what is too many. */
  async function fit({ reader, self }: WindowSource): Promise<void> {
    if (placed.length > count) {
      placed = placed.slice(placed.length - count);
      hasEarlier = true;
    }
    if (!hasEarlier || placed.length === count) return;
    const wanted = count - placed.length;
    const before = placed[0] === undefined ? {} : { before: placed[0].key };
    const earlier = await reader.list(messagesOf, { order: 'descending', limit: wanted + 1, ...before });
    hasEarlier = earlier.length > wanted;
    const added = earlier.slice(0, wanted).map(({ key, value }) => view(key, value, self));
    placed = [...added.toReversed(), ...placed];
  }

  /** The ticks of own messages follow how far the others are. */
  function refreshTicks(self: Self): void {
    let hasChanged = false;
    const next = placed.map((shown) => {
      if (!shown.message.isOwn) return shown;
      const again = view(shown.key, shown.row, self);
      if (again.message.status === shown.message.status) return shown;
      hasChanged = true;
      return again;
    });
    if (hasChanged) placed = next;
  }

  function result({ isOnline }: WindowSource): MessageWindow {
    // Before the first message of all arrived, only a finished catch-up shows that it is not going to.
    const first = conversation?.firstSeq ?? (isOnline && conversation ? conversation.lastSeq + 1 : 1);
    return {
      messages: [...placed, ...queued].map(({ message }) => message),
      hasEarlier,
      // Numbers from the first on that are not accounted for were not before this device: they are being kept back.
      hasUnavailableHistory: !hasEarlier && first > 1 && conversation?.gaps?.[0]?.[0] !== 1,
      missing: (conversation?.missing ?? []).map(([from, to]) => ({
        afterSeq: from - 1,
        count: to - from + 1,
        isWithheld: conversation?.isWithheld ?? false,
      })),
      renames: conversation?.renames ?? [],
      deviceLines: conversation?.deviceLines ?? [],
      notices: (conversation?.notices ?? []).map(({ kind, afterSeq, userId }) => ({ kind, afterSeq, userId })),
      isLoaded: true,
    };
  }

  const viewQueued = (key: RowKey<OutboxRow>, row: OutboxRow, self: Self): Shown<OutboxRow> | null => {
    const message = viewOutbox(conversationId, row, self);
    return message && { key, row, message };
  };

  return {
    async load(source) {
      const { reader, self } = source;
      conversation = await reader.get(ROWS.conversation(conversationId));
      placed = [];
      hasEarlier = true;
      await fit(source);
      const waiting: Shown<OutboxRow>[] = [];
      for await (const { key, value } of queuedIn(reader, conversationId)) {
        const shown = viewQueued(key, value, self);
        if (shown !== null) waiting.push(shown);
      }
      queued = waiting;
      return result(source);
    },
    async update(source, keys) {
      const { reader, self } = source;
      const changed = [...keys].filter((key) => key.startsWith(messagesOf)) as RowKey<MessageRow>[];
      const changedQueue = [...keys].filter((key) => key.startsWith(outboxOf)) as RowKey<OutboxRow>[];
      if (keys.has(ROWS.conversation(conversationId))) {
        conversation = await reader.get(ROWS.conversation(conversationId));
        refreshTicks(self);
      }
      // What is before the window is read when the window gets there.
      const first = hasEarlier ? (placed[0]?.key ?? '') : '';
      const inWindow = changed.filter((key) => key >= first);
      if (inWindow.length < changed.length) hasEarlier = true;
      const rows = await reader.getMany(inWindow);
      placed = merge(placed, inWindow, (key, i) => (rows[i] ? view(key, rows[i], self) : null));
      const queuedRows = await reader.getMany(changedQueue);
      queued = merge(queued, changedQueue, (key, i) => (queuedRows[i] ? viewQueued(key, queuedRows[i], self) : null));
      await fit(source);
      return result(source);
    },
    grow() {
      if (hasEarlier) count += WINDOW_PAGE;
    },
    shrink() {
      count = WINDOW_PAGE;
    },
  };
}

/** `shown` with what the rows of `keys` are now: null where there is nothing to show. Both are in order afterwards. */
function merge<Row>(
  shown: readonly Shown<Row>[],
  keys: readonly RowKey<Row>[],
  read: (key: RowKey<Row>, index: number) => Shown<Row> | null,
): readonly Shown<Row>[] {
  if (keys.length === 0) return shown;
  const changed = new Map(keys.map((key, i) => [key, read(key, i)]));
  const next: Shown<Row>[] = [];
  for (const item of shown) {
    const replaced = changed.get(item.key);
    changed.delete(item.key);
    if (replaced === undefined) next.push(item);
    else if (replaced !== null) next.push(replaced);
  }
  let isInOrder = true;
  for (const item of changed.values()) {
    if (item === null) continue;
    const last = next.at(-1);
    isInOrder &&= last === undefined || last.key < item.key;
    next.push(item);
  }
  return isInOrder ? next : next.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
