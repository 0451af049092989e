import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SealError, type ConversationId, type DeviceId, type MessageId, type UserId } from '@seal-chat/protocol';
import type { MailboxEvent, SyncEvent } from '@seal-chat/protocol/api';
import type { Connection, Session } from '../sessions/session.ts';
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

const NO_HOOKS = { begin: async () => undefined, end: () => undefined };

function collect(batches: AsyncGenerator<InboxBatch, void, void>) {
  const received: { position: number; events: readonly SyncEvent[] }[] = [];
  const ended = (async () => {
    for await (const [id, { events }] of batches) received.push({ position: Number(id), events });
  })();
  const messages = () => received.flatMap(({ events }) => events.filter((event) => event.type === 'message'));
  return { received, messages, ended };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('an inbox', () => {
  test('an inbox sends every entry once and in order, whatever is offered, lost, doubled or read late', async () => {
    const step = fc.constantFrom('commit', 'commit and offer', 'offer late', 'offer again', 'hint', 'answer', 'turn');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), async (steps, pageSize) => {
        const mailbox = createMailbox(pageSize);
        const inbox = createInbox({ session, connection: null, reader: mailbox.reader });
        const stop = new AbortController();
        const { messages, ended, received } = collect(inbox.batches(stop.signal, NO_HOOKS));
        const late: MailboxEvent[] = [];
        const commit = (): MailboxEvent => {
          const made = entry(mailbox.entries.length + 1);
          mailbox.entries.push(made);
          return made;
        };
        for (const what of steps) {
          if (what === 'commit') late.push(commit());
          if (what === 'commit and offer') inbox.offer(commit());
          if (what === 'offer late' && late.length > 0) inbox.offer(late.shift()!);
          if (what === 'offer again' && mailbox.entries.length > 0) inbox.offer(mailbox.entries.at(-1)!);
          if (what === 'hint') inbox.readMailbox();
          if (what === 'answer') mailbox.answerReads();
          if (what === 'turn') await turn();
        }
        inbox.readMailbox();
        const isCaughtUp = () => received.some(({ events }) => events.some(({ type }) => type === 'caught-up'));
        for (let i = 0; messages().length < mailbox.entries.length || !isCaughtUp(); i++) {
          expect(i).toBeLessThan(1_000);
          mailbox.answerReads();
          await turn();
        }
        expect(messages().map((event) => event.position)).toEqual(mailbox.entries.map(({ position }) => position));
        expect(received.map(({ position }) => position)).toEqual(
          received.map(({ position }) => position).toSorted((a, b) => a - b),
        );
        expect(received.flatMap(({ events }) => events.filter(({ type }) => type === 'caught-up'))).toHaveLength(1);
        stop.abort();
        mailbox.answerReads();
        await ended;
      }),
      { numRuns: 200 },
    );
  });

  test('an inbox keeps little for a reader that is stuck, and reads the rest from the mailbox', async () => {
    const mailbox = createMailbox(1_000);
    let isStuck = false;
    let release: () => void = () => undefined;
    const connection: Connection = {
      id: 'x',
      isOpen: () => true,
      bufferedBytes: () => (isStuck ? 10_000_000 : 0),
      drained: () => new Promise((resolve) => (release = resolve)),
    };
    const inbox = createInbox({ session, connection, reader: mailbox.reader });
    const stop = new AbortController();
    const { messages, received } = collect(inbox.batches(stop.signal, NO_HOOKS));
    await turn();
    mailbox.answerReads();
    await turn();
    expect(received).toHaveLength(1);
    isStuck = true;
    for (let i = 1; i <= 900; i++) {
      const made = entry(i, 'x'.repeat(2_000));
      mailbox.entries.push(made);
      inbox.offer(made);
    }
    await turn();
    expect(messages()).toHaveLength(0);
    isStuck = false;
    release();
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
