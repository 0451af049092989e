import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ErrorCode } from '../src/index.ts';
import { said, say } from './support/channel.ts';
import type { Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer, refuse } from './support/lying-server.ts';
import { dmWith, expectShown, online, texts, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());
afterEach(() => void vi.restoreAllMocks());

/** Alice, and Bob behind a server that may lie to him; they have said hello. */
async function pair() {
  const server = createLyingServer();
  const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, server)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const errors: ErrorCode[] = [];
  bob.client.on('error', ({ code }) => errors.push(code));
  const atAlice = await alice.client.openDm(bob.userId);
  await say(atAlice, 'hello');
  const atBob = await dmWith(bob.client, alice.userId);
  await expectShown(atBob, ['hello']);
  return { server, alice, bob, atAlice, atBob, errors };
}

const status = (conversation: Awaited<ReturnType<typeof pair>>['atAlice'], text: string) =>
  conversation.messages.get().messages[texts(conversation).indexOf(text)]?.status;

describe('a server that keeps a message back', () => {
  const withoutSecond: Parameters<ReturnType<typeof createLyingServer>['lie']>[0] = {
    events: { message: (event) => (event['seq'] === 2 ? [] : [event]) },
  };

  it('and refuses to say what is there is named all the same', async () => {
    const { server, atAlice, atBob } = await pair();
    server.lie({ ...withoutSecond, answers: { 'messages.history': () => refuse('UNAVAILABLE') } });
    await say(atAlice, 'kept back');
    await say(atAlice, 'next');
    await until(atBob.messages, ({ missing }) => missing.length > 0, 'the gap to be said');
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 61_000);
    server.cut();
    await until(atBob.messages, ({ missing }) => missing[0]?.isWithheld === true, 'the server to be named');
    await server.expectFired();
    server.lie({});
    server.cut();
    await expectShown(atBob, ['hello', 'kept back', 'next']);
    expect(atBob.messages.get().missing).toEqual([]);
  });

  it.each([{ messages: null }, null, { messages: [{ seq: 2 }] }])(
    'and answers with what is no answer is named all the same: %j',
    async (nonsense) => {
      const { server, atAlice, atBob } = await pair();
      server.lie({
        ...withoutSecond,
        answers: {
          'messages.history': (_answer, { input }) => ({
            ...nonsense,
            messages: nonsense?.messages?.map((one) => ({ ...one, ...input })) ?? null,
          }),
        },
      });
      await say(atAlice, 'kept back');
      await say(atAlice, 'next');
      const { missing } = await until(atBob.messages, (shown) => shown.missing.length > 0, 'the gap to be said');
      expect(missing).toEqual([{ afterSeq: 1, count: 1, isWithheld: false }]);
      await server.expectFired();
    },
  );

  it('does not make its sender believe that it was read', async () => {
    const { server, atAlice, atBob } = await pair();
    const deny = (answer: Json): Json => ({
      ...answer,
      messages: (answer['messages'] as Json[]).filter(({ seq }) => seq !== 2),
    });
    server.lie({ ...withoutSecond, answers: { 'messages.history': deny } });
    await say(atAlice, 'kept back');
    await say(atAlice, 'next');
    await until(atBob.messages, ({ missing }) => missing.length > 0, 'the gap to be said');
    await atBob.markRead();
    await until(atAlice.messages, () => status(atAlice, 'hello') === 'read', 'the receipt of what is before the gap');
    // What Bob says comes after any receipt.
    await say(atBob, 'where is the second?');
    await until(atAlice.messages, () => texts(atAlice).includes('where is the second?'));
    expect(status(atAlice, 'kept back')).not.toBe('read');
    server.lie({});
    server.cut();
    await until(atBob.messages, () => texts(atBob).includes('kept back'), 'the message');
    await atBob.markRead();
    await until(atAlice.messages, () => status(atAlice, 'next') === 'read', 'the receipt of all');
    expect(status(atAlice, 'kept back')).toBe('read');
  });
});

describe('a server that says what a conversation is not', () => {
  it.each([
    { kind: 'group' },
    { kind: 'channel', channel: { visibility: 'public', name: 'In disguise', description: '' } },
  ])('a direct message from a stranger stays a request of theirs: %j', async (disguise) => {
    const server = createLyingServer();
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, { ...server, strangers: 'ask' })]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const errors: ErrorCode[] = [];
    bob.client.on('error', ({ code }) => errors.push(code));
    const disguised = (answer: Json): Json => (answer['kind'] === 'dm' ? { ...answer, ...disguise } : answer);
    server.lie({
      answers: {
        'conversations.get': disguised,
        'conversations.list': (list) => (list as unknown as Json[]).map(disguised) as unknown as Json,
      },
      events: { conversation: (event) => [{ ...event, conversation: disguised(event['conversation'] as Json) }] },
    });
    const atAlice = await alice.client.openDm(bob.userId);
    await say(atAlice, 'psst');
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    server.cut();
    await server.expectFired();
    expect(bob.client.conversations.get()).toEqual([]);
    server.lie({});
    server.cut();
    await until(bob.client.requests, (requests) => requests.length === 1, 'the request');
    expect(bob.client.requests.get()[0]).toMatchObject({ kind: 'dm', isRequest: true });
    expect(bob.client.conversations.get()).toEqual([]);
  });

  it('what is sent for one device is no message of a channel', async () => {
    const { server, alice, bob, atAlice, errors } = await pair();
    const made = await alice.client.createChannel({ name: 'Signed', visibility: 'private', members: [bob.userId] });
    const inChannel = bob.client.conversation(made.conversationId);
    await until(inChannel.summary, (summary) => summary?.channel?.state === 'joined', 'the channel');
    server.lie({
      events: {
        message: (event) => [{ ...event, conversationId: made.conversationId, seq: Number(event['seq']) + 40 }],
      },
    });
    await say(atAlice, 'only for Bob');
    await expect.poll(() => errors).toContain('MALFORMED');
    await server.expectFired();
    server.lie({});
    await say(made, 'for all');
    await until(inChannel.messages, () => texts(inChannel).includes('for all'), 'what is said in the channel');
    expect(said(inChannel)).toEqual(['for all']);
    expect(inChannel.messages.get().missing).toEqual([]);
  });
});

describe('numbers and times that no message has', () => {
  it.each<readonly [what: string, change: Json]>([
    ['a place that no conversation reaches', { seq: Number.MAX_SAFE_INTEGER }],
    ['a place below none', { seq: -1 }],
    ['a time that no calendar has', { acceptedAt: Number.MAX_SAFE_INTEGER }],
    ['a time before all calendars', { acceptedAt: -8.65e15 }],
    ['ids in a list', { senderUserId: ['5b0f8a3e-9b2a-4c60-8a35-0f6d2d3c4b5a'] }],
    ['a position that is none', { position: 'first' }],
    ['a name of every object', { __proto__: null, messageId: '__proto__' }],
  ])('change nothing that stays once the server is honest: %s', async (_what, change) => {
    const { server, atAlice, atBob, errors } = await pair();
    server.lie({ events: { message: (event) => [{ ...event, ...change }] } });
    await say(atAlice, 'spoilt on the way');
    await expect.poll(() => errors).toContain('MALFORMED');
    await server.expectFired();
    server.lie({});
    await say(atAlice, 'next');
    server.cut();
    await expectShown(atBob, ['hello', 'spoilt on the way', 'next']);
    await until(
      atBob.messages,
      ({ missing, notices }) => missing.length + notices.length === 0,
      'nothing to be missing',
    );
    const day = 24 * 60 * 60 * 1000;
    for (const { acceptedAt } of atBob.messages.get().messages)
      expect(Math.abs(acceptedAt! - Date.now())).toBeLessThan(day);
    await say(atBob, 'well received');
    await until(atAlice.messages, () => texts(atAlice).includes('well received'));
  });

  it.each([{ seq: Number.MAX_SAFE_INTEGER }, { seq: '2' }, { acceptedAt: Number.MAX_SAFE_INTEGER }])(
    'an answer to what was sent is no place when it names none: %j',
    async (change) => {
      const { server, atAlice, atBob } = await pair();
      server.lie({ answers: { 'messages.send': (answer) => ({ ...answer, ...change }) } });
      const { messageId } = await atBob.send('answered wrongly');
      await until(atBob.messages, ({ messages }) => messages.at(-1)?.status === 'failed', 'it to fail');
      await server.expectFired();
      server.lie({});
      await atBob.retry(messageId);
      await expectShown(atAlice, ['hello', 'answered wrongly']);
      await until(atBob.messages, ({ messages }) => messages.at(-1)?.seq === 2, 'its place');
      expect(atBob.messages.get().missing).toEqual([]);
    },
  );
});

describe('a server that says that a device was removed', () => {
  it('and shows no list without it is not believed beyond the next start', async () => {
    const { server, bob } = await pair();
    const carol = await house.enter(null);
    await online(carol.client);
    server.lie({ answers: { 'devices.lists': () => refuse('DEVICE_REVOKED') } });
    const atCarol = await carol.client.openDm(bob.userId);
    await say(atCarol, 'are you there?');
    await until(bob.client.account, ({ status: at }) => at === 'revoked', 'to be told');
    await server.expectFired();
    await bob.client.close();
    const again = house.open({ store: bob.store });
    await until(again.account, ({ status: at }) => at === 'signed-in', 'to find itself on the list');
    await online(again);
    await expectShown(await dmWith(again, carol.userId), ['are you there?']);
  });
});

describe('a server that calls a person what their own key does not', () => {
  it('the name of the signed list counts, and the lie is told', async () => {
    const server = createLyingServer();
    const [alice, mallory] = await Promise.all([house.enter('alice.names', server), house.enter('mallory.names')]);
    await Promise.all([online(alice.client), online(mallory.client)]);
    const renamed = (answer: Json): Json => ({
      ...answer,
      members: (answer['members'] as Json[]).map((one) =>
        one['userId'] === mallory.userId ? { ...one, username: 'bob' } : one,
      ),
    });
    server.lie({
      answers: {
        'users.search': (found) =>
          (found as unknown as Json[]).map((one) => ({ ...one, username: 'bob' })) as unknown as Json,
        'conversations.openDm': renamed,
      },
    });
    const [found] = await alice.client.searchUsers('mallory');
    expect(found?.username).toBe('bob');
    const conversation = await alice.client.openDm(mallory.userId);
    // Before a word was written.
    await until(conversation.summary, (summary) => summary?.peer?.username === 'mallory.names', 'the name');
    const line = { afterSeq: 0, userId: mallory.userId, from: 'mallory.names', to: 'bob' };
    await until(conversation.messages, ({ renames }) => renames.length > 0, 'the line');
    expect(conversation.messages.get().renames).toContainEqual(line);
    await server.expectFired();
    const again = (await alice.client.searchUsers('mallory'))[0];
    expect(again?.username).toBe('mallory.names');
  });

  it('a guest has no name, whatever the server gives them', async () => {
    const server = createLyingServer();
    const [alice, guest] = await Promise.all([house.enter('alice.guest', server), house.enter(null)]);
    await Promise.all([online(alice.client), online(guest.client)]);
    server.lie({
      answers: {
        'conversations.openDm': (answer) => ({
          ...answer,
          members: (answer['members'] as Json[]).map((one) => ({ ...one, username: 'bob' })),
        }),
      },
    });
    const conversation = await alice.client.openDm(guest.userId);
    await server.expectFired();
    expect(conversation.summary.get()?.peer?.username).toBeNull();
  });

  it('nor can it tell a person another name of their own', async () => {
    const server = createLyingServer();
    const alice = await house.enter('alice.own', {
      ...server,
      fetch: async (input, init) => {
        const response = await server.fetch(input, init);
        if (!(input as string).includes('auth.register')) return response;
        const answer = (await response.json()) as { result: { data: Json } };
        return Response.json({ result: { data: { ...answer.result.data, username: 'mallory' } } });
      },
    });
    expect(alice.client.account.get()).toMatchObject({ username: 'alice.own' });
  });
});
