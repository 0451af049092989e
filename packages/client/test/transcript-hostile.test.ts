import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Conversation, ErrorCode } from '../src/index.ts';
import { expectSaid, isSettled, joined, said, say, settle } from './support/channel.ts';
import { flipLast, type Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer } from './support/lying-server.ts';
import { lieAbout, type Places } from './support/other-log.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());
afterEach(() => void vi.restoreAllMocks());

type Kind = 'dm' | 'channel';

/** Alice and Bob, who have exchanged two messages; Bob's way to the server can be lied on. */
async function scene(kind: Kind) {
  const server = createLyingServer();
  const [alice] = await settle(house, 1);
  const bob = await house.enter(null, server);
  await online(bob.client);
  const errors: ErrorCode[] = [];
  bob.client.on('error', ({ code }) => errors.push(code));
  let atAlice: Conversation;
  if (kind === 'dm') atAlice = await alice!.client.openDm(bob.userId);
  else {
    const name = `Watched ${Math.random()}`;
    const made = await alice!.client.createChannel({ name, visibility: 'public', members: [bob.userId] });
    atAlice = await joined(alice!.client, made.conversationId);
  }
  await (kind === 'dm' ? atAlice.send('first') : joined(bob.client, atAlice.conversationId));
  if (kind === 'channel') {
    await isSettled(alice!.client, atAlice.conversationId);
    await say(atAlice, 'first');
  }
  const atBob =
    kind === 'dm' ? await dmWith(bob.client, alice!.userId) : bob.client.conversation(atAlice.conversationId);
  await expectSaid(atBob, ['first']);
  await say(atBob, 'second');
  await expectSaid(atAlice, ['first', 'second']);
  // What was read is said in messages, too: nothing of that is on its way when the lie begins.
  const last = seqOf(atAlice, 'second');
  return { server, alice: alice!, bob, atAlice, atBob, errors, last };
}

function seqOf(conversation: Conversation, text: string): number {
  const found = conversation.messages
    .get()
    .messages.find(({ content }) => (content.kind === 'text' || content.kind === 'post') && content.text === text);
  return found!.seq!;
}

const noticed = (conversation: Conversation, what = 'a notice') =>
  until(conversation.messages, ({ notices }) => notices.length > 0, what);

describe.each(['dm', 'channel'] as const)('a server that shows one reader of a %s something else', (kind) => {
  it('and leaves a message out: it is said to be missing where it was, and nothing says that it was read', async () => {
    const { server, atAlice, atBob, errors, last, alice } = await scene(kind);
    const dropped = last + 1;
    server.lie(
      lieAbout(
        (seq) => (seq < dropped ? seq : seq === dropped ? null : seq - 1),
        (seq) => (seq < dropped ? seq : seq - 1),
      ),
    );
    await say(atAlice, 'CORRECTION: do not transfer');
    await say(atAlice, 'bye');
    await expectSaid(atBob, ['first', 'second', 'bye']);
    const { notices } = await noticed(atBob);
    expect(notices).toEqual([{ kind: 'missing', afterSeq: last, userId: alice.userId }]);
    await expect.poll(() => errors).toContain('TRANSCRIPT_FORKED');
    await atBob.markRead();
    // Bob's next message shows it to Alice, too.
    await say(atBob, 'fine');
    await expectSaid(atAlice, ['first', 'second', 'CORRECTION: do not transfer', 'bye', 'fine']);
    await noticed(atAlice, "a notice on Alice's side");
    const status = (text: string) =>
      atAlice.messages.get().messages.find(({ seq }) => seq === seqOf(atAlice, text))!.status;
    expect(status('CORRECTION: do not transfer')).not.toBe('read');
    expect(errors.filter((code) => code === 'TRANSCRIPT_FORKED')).toHaveLength(1);
  });

  it('and exchanges two messages: they are said to be in another order, there', async () => {
    const { server, atAlice, atBob, errors, last } = await scene(kind);
    const [one, two] = [last + 1, last + 2];
    const held: Json[] = [];
    const places: Places = (seq) => (seq === one ? two : seq === two ? one : seq);
    const swapped = lieAbout(places, (seq) => seq);
    const hold =
      (wrap: (value: Json) => Json[], seqAt: (value: Json) => number) =>
      (event: Json): Json[] => {
        if (seqAt(event) === one) {
          held.push(event);
          return [];
        }
        return seqAt(event) === two ? [...wrap(event), ...held.flatMap(wrap)] : wrap(event);
      };
    const { message, 'channel-entry': entry } = swapped.events!;
    server.lie({
      ...swapped,
      events: {
        ...swapped.events,
        message: hold(message as (value: Json) => Json[], (event) => Number(event['seq'])),
        'channel-entry': hold(entry as (value: Json) => Json[], (event) => Number((event['entry'] as Json)['seq'])),
      },
    });
    await say(atAlice, 'Fire Tom?');
    await say(atAlice, 'Promote Ann?');
    await say(atAlice, 'yes');
    await expectSaid(atBob, ['first', 'second', 'Promote Ann?', 'Fire Tom?', 'yes']);
    const { notices } = await noticed(atBob);
    expect(notices.map(({ kind: what, afterSeq }) => [what, afterSeq])).toEqual([['reordered', one]]);
    await expect.poll(() => errors).toContain('TRANSCRIPT_FORKED');
  });

  it('and alters a body: the message stays shut in its place, and the hash of the sent body counts', async () => {
    const { server, atAlice, atBob, errors, last } = await scene(kind);
    const alter = (one: Json): Json => (one['seq'] === last + 1 ? { ...one, body: flipLast(one['body']) } : one);
    server.lie(
      lieAbout(
        (seq) => seq,
        (seq) => seq,
        { change: alter },
      ),
    );
    await say(atAlice, 'altered');
    await say(atAlice, 'next');
    await say(atAlice, 'last');
    await expectSaid(atBob, ['first', 'second', '<BODY_MISMATCH>', 'next', 'last']);
    expect(atBob.messages.get().notices).toEqual([]);
    expect(errors).not.toContain('TRANSCRIPT_FORKED');
  });

  it('and puts another message in a place: what comes after is said to differ from what others see', async () => {
    const { server, atAlice, atBob, errors, last } = await scene(kind);
    const alter = (one: Json): Json =>
      one['seq'] === last + 1 ? { ...one, body: flipLast(one['body']), envelope: flipLast(one['envelope']) } : one;
    server.lie(
      lieAbout(
        (seq) => seq,
        (seq) => seq,
        { change: alter },
      ),
    );
    await say(atAlice, 'altered');
    await say(atAlice, 'next');
    const { notices } = await noticed(atBob);
    expect(notices.map(({ kind: what, afterSeq }) => [what, afterSeq])).toEqual([['forked', last]]);
    await expect.poll(() => errors).toContain('TRANSCRIPT_FORKED');
    await say(atBob, 'and I');
    await noticed(atAlice, "a notice on Alice's side");
  });

  it('and says that a message was deleted: it is shown as the server having it taken away', async () => {
    const { server, atAlice, atBob, last } = await scene(kind);
    const empty = (one: Json): Json => (one['seq'] === last + 1 ? { ...one, body: '' } : one);
    server.lie(
      lieAbout(
        (seq) => seq,
        (seq) => seq,
        { change: empty },
      ),
    );
    await say(atAlice, 'still there for everybody else');
    await say(atAlice, 'next');
    await expectSaid(atBob, ['first', 'second', '<deleted>', 'next']);
    const { content } = atBob.messages.get().messages.find(({ seq }) => seq === last + 1)!;
    expect(content).toEqual({ kind: 'deleted', isConfirmed: false });
  });

  it('and is honest: deleting, receipts and reconnecting raise no notice, and a deletion is confirmed', async () => {
    const { server, atAlice, atBob, errors, bob } = await scene(kind);
    server.cut();
    await say(atAlice, 'three');
    await atAlice.deleteForEveryone(seqOf(atAlice, 'three'));
    await say(atAlice, 'four');
    await until(atAlice.messages, () => said(atAlice).join() === 'first,second,<deleted>,four', 'the deletion');
    await online(bob.client);
    await expectSaid(atBob, ['first', 'second', '<deleted>', 'four']);
    const deleted = () => atBob.messages.get().messages.find(({ content }) => content.kind === 'deleted')!.content;
    await until(atBob.messages, () => JSON.stringify(deleted()).includes('true'), 'the deletion to be confirmed');
    await atBob.markRead();
    for (const text of ['five', 'six']) await say(atBob, text);
    await until(atAlice.messages, () => said(atAlice).includes('six'), 'all of it');
    expect([...atAlice.messages.get().notices, ...atBob.messages.get().notices]).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe('a server that holds messages back', () => {
  it('is said to do so when it has not shown them for a minute, and no longer when they come', async () => {
    const { server, atAlice, atBob, bob, last } = await scene('dm');
    server.lie(
      lieAbout(
        (seq) => (seq === last + 1 ? null : seq),
        (seq) => seq,
      ),
    );
    await say(atAlice, 'held back');
    await say(atAlice, 'next');
    const { missing } = await until(atBob.messages, (shown) => shown.missing.length > 0, 'the gap to be said');
    expect(missing).toEqual([{ afterSeq: last, count: 1, isWithheld: false }]);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 61_000);
    server.cut();
    await until(atBob.messages, (shown) => shown.missing[0]?.isWithheld === true, 'the server to be named');
    server.lie({});
    server.cut();
    await online(bob.client);
    await expectShown(atBob, ['first', 'second', 'held back', 'next']);
    expect(atBob.messages.get()).toMatchObject({ missing: [], notices: [] });
  });
});
