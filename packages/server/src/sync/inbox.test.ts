import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SealError, type ConversationId, type DeviceId, type MessageId, type UserId } from '@seal-chat/protocol';
import type { MailboxEvent, SyncBatch, SyncEvent } from '@seal-chat/protocol/api';
import type { ChannelEntryEvent } from '../delivery/hub.ts';
import type { Connection, Line, Session } from '../sessions/session.ts';
import { createInbox, type InboxBatch, type MailboxPage } from './inbox.ts';

const session = { tenantId: 't', userId: 'u', deviceId: 'd', sessionId: 's' } as unknown as Session;

function entry(position: number, body = 'b'): MailboxEvent {
  return {
    type: 'message',
    position,
    conversationId: 'c' as ConversationId,
    seq: position,
    messageId: 'm' as MessageId,
    senderUserId: 'u' as UserId,
    senderDeviceId: 'd' as DeviceId,
    acceptedAt: 0,
    body,
    envelope: 'e',
  };
}

function logEntry(seq: number): ChannelEntryEvent {
  const message = { kind: 'message', seq, body: 'b', envelope: 'e' } as ChannelEntryEvent['entry'];
  return { type: 'channel-entry', conversationId: 'c' as ConversationId, entry: message };
}

/** A mailbox whose reads are answered when the test says so. */
function createMailbox(pageSize: number) {
  const entries: MailboxEvent[] = [];
  const reads: (() => void)[] = [];
  let count = 0;
  return {
    entries,
    /** Reads begun so far. */
    count: () => count,
    answerReads: () => {
      for (const answer of reads.splice(0)) answer();
    },
    reader: {
      start: async () => 0,
      readAfter: (position: number) => {
        count++;
        const later = entries.filter((one) => one.position > position);
        const page: MailboxPage = { events: later.slice(0, pageSize), hasMore: later.length > pageSize };
        return new Promise<MailboxPage>((resolve) => reads.push(() => resolve(page)));
      },
    },
  };
}

const TYPING = {
  type: 'typing',
  conversationId: 'c' as ConversationId,
  userId: 'u' as UserId,
  isTyping: true,
} as const;
const NO_HOOKS = { begin: async () => undefined, end: () => undefined };

interface Received {
  readonly position: number;
  readonly events: readonly SyncEvent[];
}

/** A reader's end: what the generator yields and what the line sends, as both come. */
function createReader(has: { readonly line: boolean }) {
  const received: Received[] = [];
  const bySocket = { isStuck: false, lines: 0, release: (): void => undefined };
  const line: Line = {
    send(id, json) {
      bySocket.lines++;
      received.push({ position: Number(id), ...(JSON.parse(json.toString()) as SyncBatch) });
    },
  };
  const connection: Connection = {
    id: 'x',
    isOpen: () => true,
    bufferedBytes: () => (bySocket.isStuck ? 10_000_000 : 0),
    drained: () => new Promise((resolve) => (bySocket.release = resolve)),
    onSent: (_data, take) => has.line && take(line),
  };
  return { received, connection, bySocket };
}

function collect(batches: AsyncGenerator<InboxBatch, void, void>, received: Received[] = []) {
  const ended = (async () => {
    for await (const [id, { events }] of batches) received.push({ position: Number(id), events });
  })();
  const messages = () => received.flatMap(({ events }) => events.filter((event) => event.type === 'message'));
  return { received, messages, ended };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An inbox with a line, whose device is caught up. */
async function begun() {
  const mailbox = createMailbox(10);
  const reader = createReader({ line: true });
  const inbox = createInbox({ session, connection: reader.connection, reader: mailbox.reader });
  const stop = new AbortController();
  const collected = collect(inbox.batches(stop.signal, NO_HOOKS), reader.received);
  await turn();
  mailbox.answerReads();
  await turn();
  return { inbox, reader, stop, ...collected };
}

describe('an inbox', () => {
  test('an inbox sends every entry once and in order, by generator or by line, whatever is offered, lost, doubled or read late', async () => {
    const step = fc.constantFrom(
      ...(['commit', 'commit and offer', 'offer late', 'offer again', 'hint', 'answer', 'turn'] as const),
      ...(['log', 'typing', 'stuck', 'reads on'] as const),
    );
    const cases = [
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.boolean(),
    ] as const;
    await fc.assert(
      fc.asyncProperty(...cases, async (steps, pageSize, hasLine, hasBegun) => {
        const mailbox = createMailbox(pageSize);
        const reader = createReader({ line: hasLine });
        const inbox = createInbox({ session, connection: reader.connection, reader: mailbox.reader });
        const stop = new AbortController();
        const { messages, ended, received } = collect(inbox.batches(stop.signal, NO_HOOKS), reader.received);
        const late: MailboxEvent[] = [];
        let logged = 0;
        const commit = (): MailboxEvent => {
          const made = entry(mailbox.entries.length + 1);
          mailbox.entries.push(made);
          return made;
        };
        const readOn = (): void => {
          reader.bySocket.isStuck = false;
          reader.bySocket.release();
        };
        const opening = hasBegun ? (['turn', 'answer', 'turn'] as const) : [];
        for (const what of [...opening, ...steps]) {
          if (what === 'commit') late.push(commit());
          if (what === 'commit and offer') inbox.offer(commit());
          if (what === 'offer late' && late.length > 0) inbox.offer(late.shift()!);
          if (what === 'offer again' && mailbox.entries.length > 0) inbox.offer(mailbox.entries.at(-1)!);
          if (what === 'hint') inbox.readMailbox();
          if (what === 'answer') mailbox.answerReads();
          if (what === 'turn') await turn();
          if (what === 'log') inbox.tellEntry(logEntry(++logged));
          if (what === 'typing') inbox.tell(TYPING, 'typing');
          if (what === 'stuck') reader.bySocket.isStuck = true;
          if (what === 'reads on') readOn();
        }
        readOn();
        inbox.readMailbox();
        const isCaughtUp = () => received.some(({ events }) => events.some(({ type }) => type === 'caught-up'));
        const log = () => received.flatMap(({ events }) => events.filter((event) => event.type === 'channel-entry'));
        const isDone = () => messages().length === mailbox.entries.length && log().length === logged && isCaughtUp();
        for (let i = 0; !isDone(); i++) {
          expect(i).toBeLessThan(1_000);
          mailbox.answerReads();
          await turn();
        }
        expect(messages().map((event) => event.position)).toEqual(mailbox.entries.map(({ position }) => position));
        expect(log().map((told) => told.entry.seq)).toEqual(Array.from({ length: logged }, (_, i) => i + 1));
        const positions = received.map(({ position }) => position);
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        // A device resumes after the position of the last batch it has: that batch has everything up to there.
        for (const { position, events } of received) {
          const last = events.findLast((event) => event.type === 'message');
          if (last?.type === 'message') expect(last.position).toBe(position);
        }
        expect(received.flatMap(({ events }) => events.filter(({ type }) => type === 'caught-up'))).toHaveLength(1);
        stop.abort();
        mailbox.answerReads();
        await ended;
      }),
      { numRuns: 400 },
    );
  });

  test('once it has begun, what comes in one turn goes straight to the socket in one batch, and a stuck reader gets nothing', async () => {
    const { inbox, reader, stop, ended, received } = await begun();
    inbox.tellEntry(logEntry(1));
    inbox.offer(entry(1));
    inbox.tellEntry(logEntry(2));
    await turn();
    expect(reader.bySocket.lines).toBe(1);
    expect(received.at(-1)).toEqual({ position: 1, events: [logEntry(1), logEntry(2), entry(1)] });
    reader.bySocket.isStuck = true;
    inbox.offer(entry(2));
    await turn();
    expect(reader.bySocket.lines).toBe(1);
    reader.bySocket.isStuck = false;
    reader.bySocket.release();
    await turn();
    expect(received.at(-1)).toEqual({ position: 2, events: [entry(2)] });
    stop.abort();
    await ended;
    inbox.tellEntry(logEntry(3));
    await turn();
    expect(received.at(-1)).toEqual({ position: 2, events: [entry(2)] });
  });

  test('who leaves a channel gets nothing more of it, not even what came in the same turn', async () => {
    const { inbox, received } = await begun();
    const gone = { type: 'conversation-gone', conversationId: 'c' as ConversationId } as const;
    inbox.tellEntry(logEntry(1));
    inbox.tell(TYPING, 'typing');
    inbox.tellEntry(logEntry(2));
    inbox.tell(gone, 'gone');
    await turn();
    expect(received.at(-1)).toEqual({ position: 0, events: [TYPING, gone] });
    inbox.tell(TYPING, 'typing');
    await turn();
    expect(received.at(-1)).toEqual({ position: 0, events: [TYPING] });
  });

  test('of the presence of very many people all is told, a part at a time', async () => {
    const { inbox, received } = await begun();
    const began = received.length;
    for (let i = 0; i < 1_200; i++) {
      inbox.tell({ type: 'presence', userId: `${i}` as UserId, state: 'online', lastSeenAt: null }, `presence:${i}`);
    }
    await turn();
    const parts = received.slice(began).map(({ events }) => events.length);
    expect(parts).toEqual([500, 500, 200]);
  });

  test('an inbox keeps little for a reader that is stuck, and reads the rest from the mailbox', async () => {
    const mailbox = createMailbox(1_000);
    const { connection, bySocket, received: shown } = createReader({ line: true });
    const inbox = createInbox({ session, connection, reader: mailbox.reader });
    const stop = new AbortController();
    const { messages, received } = collect(inbox.batches(stop.signal, NO_HOOKS), shown);
    await turn();
    mailbox.answerReads();
    await turn();
    expect(received).toHaveLength(1);
    bySocket.isStuck = true;
    for (let i = 1; i <= 900; i++) {
      const made = entry(i, 'x'.repeat(2_000));
      mailbox.entries.push(made);
      inbox.offer(made);
    }
    await turn();
    expect(messages()).toHaveLength(0);
    bySocket.isStuck = false;
    bySocket.release();
    await turn();
    // The queue was dropped, so the mailbox is read once more.
    expect(mailbox.count()).toBe(2);
    mailbox.answerReads();
    await turn();
    expect(messages().map(({ position }) => position)).toEqual(Array.from({ length: 900 }, (_, i) => i + 1));
    stop.abort();
  });

  test('an inbox replaces a live event by a later one of its kind, and ends for a reader that misses too many', async () => {
    const mailbox = createMailbox(10);
    const inbox = createInbox({ session, connection: null, reader: mailbox.reader });
    const stop = new AbortController();
    const { received, ended } = collect(inbox.batches(stop.signal, NO_HOOKS));
    const typing = (isTyping: boolean, userId = 'u') =>
      ({ type: 'typing', conversationId: 'c' as ConversationId, userId: userId as UserId, isTyping }) as const;
    inbox.tell(typing(true), 'one');
    inbox.tell(typing(false), 'one');
    await turn();
    mailbox.answerReads();
    await turn();
    expect(received.flatMap(({ events }) => events)).toEqual([typing(false), { type: 'caught-up' }]);
    for (let i = 0; i <= 2_048; i++) inbox.tell(typing(true, `${i}`), `${i}`);
    await expect(ended).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('an inbox ends with the error that ended its session', async () => {
    const mailbox = createMailbox(10);
    const inbox = createInbox({ session, connection: null, reader: mailbox.reader });
    const { ended } = collect(inbox.batches(new AbortController().signal, NO_HOOKS));
    await turn();
    mailbox.answerReads();
    await turn();
    inbox.end(new SealError('DEVICE_REVOKED'));
    inbox.end(new SealError('SESSION_EXPIRED'));
    await expect(ended).rejects.toMatchObject({ code: 'DEVICE_REVOKED' });
  });
});
