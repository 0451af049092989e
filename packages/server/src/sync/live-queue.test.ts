import { describe, expect, test } from 'vitest';
import type { ConversationId } from '@seal-chat/protocol';
import type { ChannelEntryEvent } from '../delivery/hub.ts';
import { createLiveQueue } from './live-queue.ts';

const one = 'one' as ConversationId;
const two = 'two' as ConversationId;

function entry(conversationId: ConversationId, seq: number, length = 10): ChannelEntryEvent {
  const ids = { senderUserId: 'u', senderDeviceId: 'd', messageId: 'm' } as object;
  const message = { kind: 'message', seq, acceptedAt: 0, incarnation: 0, epoch: 0, envelope: '' } as object;
  return { type: 'channel-entry', conversationId, entry: { ...message, ...ids, body: 'x'.repeat(length) } } as never;
}

const head = (conversationId: ConversationId, lastSeq: number, isPending = false) =>
  ({ type: 'channel-head', conversationId, lastSeq, isPending }) as const;

describe('log entries that wait', () => {
  test('log entries keep their order, even with other events between them', () => {
    const queue = createLiveQueue();
    const typing = { type: 'typing', conversationId: one, userId: 'u' as never, isTyping: true } as const;
    queue.addEntry(entry(one, 1));
    queue.add(typing, 'typing');
    queue.addEntry(entry(two, 1));
    queue.addEntry(entry(one, 2));
    expect(queue.take()).toEqual([entry(one, 1), typing, entry(two, 1), entry(one, 2)]);
    expect(queue.take()).toEqual([]);
  });

  test('too many log entries are replaced by how far the logs reach, and entries follow once that was read', () => {
    const queue = createLiveQueue();
    for (let seq = 1; seq <= 256; seq++) queue.addEntry(entry(seq % 2 === 0 ? one : two, seq));
    queue.addEntry(entry(one, 257));
    queue.addEntry(entry(one, 258));
    queue.addEntry(entry(two, 259));
    expect(queue.take()).toEqual([head(two, 259), head(one, 258)]);
    queue.addEntry(entry(one, 260));
    expect(queue.take()).toEqual([entry(one, 260)]);
  });

  test('log entries that are too large are replaced by how far the log reaches', () => {
    const queue = createLiveQueue();
    for (let seq = 1; seq <= 12; seq++) queue.addEntry(entry(one, seq, 90_000));
    expect(queue.take()).toEqual([head(one, 12)]);
  });

  test('waiting log entries do not hide that the group must be brought up to date', () => {
    const queue = createLiveQueue();
    queue.addEntry(entry(one, 1));
    queue.add(head(one, 1, true), 'channel-head:one');
    queue.addEntry(entry(one, 2));
    expect(queue.take()).toEqual([entry(one, 1), head(one, 2, true)]);
  });

  test('waiting log entries are dropped when the channel no longer exists', () => {
    const queue = createLiveQueue();
    queue.addEntry(entry(one, 1));
    queue.addEntry(entry(two, 1));
    queue.add(head(one, 1), 'channel-head:one');
    const gone = { type: 'conversation-gone', conversationId: one } as const;
    queue.add(gone, 'conversation-gone:one');
    expect(queue.take()).toEqual([entry(two, 1), gone]);
  });
});

test('a reader that can never catch up with its events is ended', () => {
  const queue = createLiveQueue();
  const add = (n: number): void => queue.add({ type: 'invitations' }, String(n));
  for (let n = 0; n < 2_048; n++) add(n);
  expect(() => add(2_048)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
});
