import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode, UserId } from '../src/index.ts';
import { joined } from './support/channel.ts';
import { flipLast, type Json } from './support/hostile.ts';
import { deviceIdOf, openHouse, type House } from './support/house.ts';
import { link } from './support/link.ts';
import { DROPPED, createLyingServer, refuse, type LyingServer } from './support/lying-server.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Alice, behind a server that may lie to her, Bob, and Mallory, for whom the server would like to make room. */
async function people() {
  const server = createLyingServer();
  const [alice, bob, mallory] = await Promise.all([house.enter(null, server), house.enter(null), house.enter(null)]);
  await Promise.all([alice, bob, mallory].map(({ client }) => online(client)));
  // What begins after this is in no list that she has read.
  await expect.poll(() => server.answered.has('conversations.list')).toBe(true);
  const errors: ErrorCode[] = [];
  alice.client.on('error', ({ code }) => errors.push(code));
  return { server, alice, bob, mallory, errors };
}

/** The devices that everything Alice sent was encrypted for. */
function addressed({ calls }: LyingServer): ReadonlySet<string> {
  const sent = calls.filter(({ path }) => path === 'messages.send' || path === 'messages.retry');
  return new Set(
    sent.flatMap(({ input }) => [
      ...((input['envelopes'] as { deviceId: string }[] | undefined) ?? []).map(({ deviceId }) => deviceId),
      ...(input['deviceId'] === undefined ? [] : [input['deviceId'] as string]),
    ]),
  );
}

/** Adds a member to what the server says of a conversation. */
const withGhost =
  (userId: UserId) =>
  (answer: Json): Json => ({
    ...answer,
    members: [...(answer['members'] as Json[]), { userId, username: 'ghost', role: 'member', deliveredSeq: 0 }],
  });

describe('who is in a direct message', () => {
  it('a third member is refused wherever the server shows one, and nothing is encrypted for them', async () => {
    const { server, alice, bob, mallory, errors } = await people();
    const ghost = withGhost(mallory.userId);
    server.lie({
      answers: {
        'conversations.openDm': ghost,
        'conversations.get': ghost,
        'conversations.list': (list) => (list as unknown as Json[]).map(ghost) as unknown as Json,
      },
      events: { conversation: (event) => [{ ...event, conversation: ghost(event['conversation'] as Json) }] },
    });
    await expect(alice.client.openDm(bob.userId)).rejects.toMatchObject({ code: 'CONVERSATION_REJECTED' });
    // Bob writes: Alice's device has to ask what conversation that is.
    const atBob = await bob.client.openDm(alice.userId);
    await atBob.send('hello');
    await expect.poll(() => errors).toContain('CONVERSATION_REJECTED');
    await expect.poll(() => server.calls.some(({ path }) => path === 'conversations.get')).toBe(true);
    // A new connection asks for all conversations.
    const asked = (): number => server.calls.filter(({ path }) => path === 'conversations.list').length;
    const before = asked();
    server.cut();
    await expect.poll(asked).toBeGreaterThan(before);
    await server.expectFired();
    await online(alice.client);
    expect(alice.client.conversations.get()).toEqual([]);

    server.lie({});
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('only for Bob');
    await expectShown(atBob, ['hello', 'only for Bob']);
    expect([...addressed(server)]).toEqual([deviceIdOf(bob.client)]);
  });

  it('a third member is refused after the DM is known, too', async () => {
    const { server, alice, bob, mallory, errors } = await people();
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('one');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'delivered', 'the first message');
    const ghost = withGhost(mallory.userId);
    server.lie({
      answers: { 'conversations.list': (list) => (list as unknown as Json[]).map(ghost) as unknown as Json },
    });
    server.cut();
    await expect.poll(() => errors).toContain('CONVERSATION_REJECTED');
    const { conversationId } = atAlice;
    const [answer] = (await alice.client.api.conversations.list.query({ after: null, limit: 1 })) as unknown as Json[];
    server.inject([{ type: 'conversation', conversation: { ...answer, conversationId } }]);
    await atAlice.send('two');
    await until(atAlice.messages, ({ messages }) => messages[1]?.status === 'delivered', 'the second message');
    expect([...addressed(server)]).toEqual([deviceIdOf(bob.client)]);
    expect(atAlice.summary.get()?.members).toHaveLength(2);
    await server.expectFired();
  });

  it('the DM with another person is not taken for the one that was asked for', async () => {
    const { server, alice, bob, mallory } = await people();
    server.lie({ inputs: { 'conversations.openDm': (input) => ({ ...input, userId: mallory.userId }) } });
    await expect(alice.client.openDm(bob.userId)).rejects.toMatchObject({ code: 'CONVERSATION_REJECTED' });
    await server.expectFired();
    expect(addressed(server).size).toBe(0);
  });

  it('another conversation than the one that was asked for is not stored under its id', async () => {
    const { server, alice, bob, mallory } = await people();
    const withMallory = await mallory.client.openDm(alice.userId);
    server.lie({
      inputs: { 'conversations.get': (input) => ({ ...input, conversationId: withMallory.conversationId }) },
      // It has to ask.
      events: { conversation: () => [] },
    });
    const atBob = await bob.client.openDm(alice.userId);
    await atBob.send('to Alice');
    await expect.poll(() => server.calls.some(({ path }) => path === 'conversations.get')).toBe(true);
    await until(atBob.messages, ({ messages }) => messages[0]?.status === 'delivered', 'the message to be taken');
    await server.expectFired();
    expect(alice.client.conversation(withMallory.conversationId).messages.get().messages).toEqual([]);
  });
});

describe('the list of channels', () => {
  it('what is no channel does not become one because the server lists it, and holds up none', async () => {
    const { server, alice, bob, mallory, errors } = await people();
    const known = await alice.client.openDm(bob.userId);
    server.lie({ events: { conversation: () => [] } });
    const rejected = await mallory.client.openDm(alice.userId);
    const ghost = withGhost(bob.userId);
    const listed = [known, rejected].map(({ conversationId }) => ({ conversationId, lastSeq: 1, isPending: true }));
    server.lie({
      events: { conversation: () => [] },
      answers: {
        'channels.heads': (heads) => [...listed, ...(heads as unknown as Json[])] as unknown as Json,
        'conversations.get': (answer) => (answer['kind'] === 'dm' ? ghost(answer) : answer),
        'conversations.list': (list) =>
          (list as unknown as Json[]).filter(({ kind }) => kind === 'nothing') as unknown as Json,
      },
    });
    const { conversationId } = await bob.client.createChannel({
      name: `held up ${crypto.randomUUID()}`,
      visibility: 'private',
      members: [alice.userId],
    });
    server.cut();
    await joined(alice.client, conversationId);
    await expect.poll(() => errors).toContain('CONVERSATION_REJECTED');
    expect(alice.client.conversations.get().map((summary) => [summary.conversationId, summary.kind])).toEqual(
      expect.arrayContaining([
        [known.conversationId, 'dm'],
        [conversationId, 'channel'],
      ]),
    );
    expect(alice.client.conversations.get()).toHaveLength(2);
    await server.expectFired();
  });
});

it('a direct message that an event calls a channel stays a direct message, and goes on', async () => {
  const { server, alice, bob, errors } = await people();
  const atAlice = await alice.client.openDm(bob.userId);
  const { conversationId } = atAlice;
  server.lie({
    events: {
      conversation: (event) => [{ ...event, conversation: { ...(event['conversation'] as Json), conversationId } }],
    },
  });
  await bob.client.createChannel({ name: 'in disguise', visibility: 'private', members: [alice.userId] });
  await expect.poll(() => errors).toContain('CONVERSATION_REJECTED');
  await server.expectFired();
  server.lie({});
  await (await bob.client.openDm(alice.userId)).send('still the two of us');
  await expectShown(atAlice, ['still the two of us']);
  await atAlice.send('yes');
  expect(atAlice.summary.get()).toMatchObject({ kind: 'dm' });
  expect(
    server.calls.some(({ path, input }) => path.startsWith('channels.') && input['conversationId'] === conversationId),
  ).toBe(false);
});

describe('a body that was spoilt on the way', () => {
  const spoil = (event: Json): readonly Json[] => [{ ...event, body: flipLast(event['body']) }];

  it('is fetched again, and the message opens', async () => {
    const { server, alice, bob } = await people();
    const atBob = await bob.client.openDm(alice.userId);
    server.lie({ events: { message: spoil } });
    await atBob.send('spoilt once');
    await expectShown(await dmWith(alice.client, bob.userId), ['spoilt once']);
    await server.expectFired();
  });

  it('a body that the server spoils in every answer stays shut, and opens once the server is honest again', async () => {
    const { server, alice, bob } = await people();
    const atBob = await bob.client.openDm(alice.userId);
    server.lie({
      events: { message: spoil },
      answers: {
        'messages.history': (answer) => ({
          ...answer,
          messages: (answer['messages'] as Json[]).flatMap(spoil),
        }),
      },
    });
    await atBob.send('spoilt for long');
    const atAlice = await dmWith(alice.client, bob.userId);
    await expectShown(atAlice, ['<BODY_MISMATCH>']);
    await expect.poll(() => server.calls.some(({ path }) => path === 'messages.history')).toBe(true);
    await atBob.send('next');
    await until(atAlice.messages, ({ messages }) => messages.length === 2, 'the next message');
    await server.expectFired();
    server.lie({});
    // A new connection asks again.
    server.cut();
    await expectShown(atAlice, ['spoilt for long', 'next']);
  });
});

describe('a server that says again and again that the store is old', () => {
  it('is not believed for ever: the device comes online and goes on', async () => {
    const { server, alice, bob } = await people();
    server.lie({ answers: { 'devices.checkpoint': (answer) => ({ ...answer, rollback: true }) } });
    const before = server.calls.length;
    server.cut();
    await until(alice.client.connection, ({ status }) => status === 'offline', 'the cut');
    alice.client.reconnect();
    await online(alice.client);
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('still here');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'delivered', 'the message to arrive');
    const checkpoints = server.calls.slice(before).filter(({ path }) => path === 'devices.checkpoint');
    expect(checkpoints.length).toBeLessThan(20);
  });
});

describe('a server that lies about devices and answers', () => {
  it('a device list shown older than it is known is fetched from the start, and refused', async () => {
    const { server, alice, bob } = await people();
    const atFirst = await bob.client.api.devices.lists.query({ users: [{ userId: bob.userId, since: 0 }] });
    const second = house.open();
    await link(bob.client, second);
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('to two devices');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'delivered', 'the message to arrive');

    const before = sentBy(server).length;
    server.lie({
      answers: {
        'messages.send': () =>
          refuse('DEVICE_LIST_STALE', {
            deviceListDelta: { versions: [{ userId: bob.userId, version: 1 }], missing: [], extra: [] },
          }),
        'devices.lists': () => atFirst as unknown as Json,
      },
    });
    await atAlice.send('never stored');
    const { messages } = await until(
      atAlice.messages,
      (shown) => shown.messages.at(-1)?.status === 'failed',
      'the message to fail',
    );
    expect(messages.at(-1)?.failure).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    await server.expectFired();
    // Envelopes were made once, for the two devices that are known: every attempt is the same bytes.
    const attempts = sentBy(server).slice(before);
    expect(attempts[0]!['envelopes']).toHaveLength(2);
    for (const attempt of attempts) expect(attempt).toEqual(attempts[0]);

    server.lie({});
    await atAlice.send('and on');
    await until(
      atAlice.messages,
      (shown) => shown.messages.some(({ status }) => status === 'sent'),
      'sending to go on',
    );
    expect(sentBy(server).at(-1)!['envelopes']).toHaveLength(2);
  });

  it('a message whose acknowledgement never came is sent again in the same bytes, and arrives once', async () => {
    const { server, alice, bob } = await people();
    const atAlice = await alice.client.openDm(bob.userId);
    server.lie({ answers: { 'messages.send': () => DROPPED } });
    await atAlice.send('once');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['once']);
    await server.expectFired();
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'sending', 'it to wait');
    server.lie({});
    server.cut();
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'delivered', 'the acknowledgement');
    const sent = sentBy(server);
    expect(sent.length).toBeGreaterThan(1);
    for (const attempt of sent) expect(attempt).toEqual(sent[0]);
    await atAlice.send('then');
    await expectShown(atBob, ['once', 'then']);
  });
});

/** What was asked to be sent, in order. */
function sentBy({ calls }: LyingServer): readonly Json[] {
  return calls.filter(({ path }) => path === 'messages.send').map(({ input }) => input);
}
