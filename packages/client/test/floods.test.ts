import { dmId } from '@seal-chat/crypto';
import { newId, type ConversationId, type DeviceId, type MessageId, type UserId } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../src/index.ts';
import { say } from './support/channel.ts';
import type { Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer } from './support/lying-server.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const random = <T extends string>(): T => newId(crypto.getRandomValues(new Uint8Array(16))) as string as T;

/** As many events as a batch may have. */
const COUNT = 4_000;

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

const entry = (): Json => ({
  kind: 'message',
  seq: 7,
  senderUserId: random<UserId>(),
  senderDeviceId: random<DeviceId>(),
  acceptedAt: 1,
  incarnation: 0,
  messageId: random<MessageId>(),
  epoch: 1,
  body: '',
  envelope: '',
});

/** A direct message with a person who does not exist, as well made as any. */
function madeUp(userId: UserId): Json {
  const other = random<UserId>();
  const members = [userId, other].map((id) => ({ userId: id, username: null, role: 'member', deliveredSeq: 0 }));
  const conversationId = dmId(house.tenant.tenantId, userId, other);
  return { conversationId, kind: 'dm', createdAt: 1, lastSeq: 0, members };
}

/** One event of each kind that a server may send without end, about something else each time. */
const KINDS: Readonly<Record<string, (alice: UserId, bob: UserId) => Json>> = {
  typing: (userId) => ({ type: 'typing', conversationId: random<ConversationId>(), userId, isTyping: true }),
  presence: () => ({ type: 'presence', userId: random<UserId>(), state: 'online', lastSeenAt: null }),
  delivered: (userId) => ({ type: 'delivered', conversationId: random<ConversationId>(), userId, upToSeq: 1 }),
  removed: () => ({ type: 'removed', conversationId: random<ConversationId>(), seq: 1 }),
  'device-list': () => ({ type: 'device-list', userId: random<UserId>(), version: 9 }),
  'channel-entry': () => ({ type: 'channel-entry', conversationId: random<ConversationId>(), entry: entry() }),
  'channel-head': () => ({
    type: 'channel-head',
    conversationId: random<ConversationId>(),
    lastSeq: 9,
    isPending: false,
  }),
  'conversation-gone': () => ({ type: 'conversation-gone', conversationId: random<ConversationId>() }),
  conversation: (_alice, bob) => ({ type: 'conversation', conversation: madeUp(bob) }),
  'of no kind': () => ({ type: 'unheard-of', conversationId: random<ConversationId>() }),
};

describe('a flood of events', () => {
  it.each(Object.keys(KINDS))('of %s is taken, and what comes behind it is shown', async (kind) => {
    const { server, alice, bob, atAlice, atBob } = await pair();
    const make = KINDS[kind]!;
    // Each conversation is stored in a commit of its own.
    const count = kind === 'conversation' ? COUNT / 8 : COUNT;
    server.inject(Array.from({ length: count }, () => make(alice.userId, bob.userId)));
    await say(atAlice, 'behind the flood');
    await expectShown(atBob, ['hello', 'behind the flood']);
  });

  it.each(['invitations', 'key-packages-low', 'prekeys-low'])(
    'of %s, each of which asks for a call, makes no call for each of them',
    async (type) => {
      const { server, atAlice, atBob } = await pair();
      const before = server.calls.length;
      server.inject(Array.from({ length: COUNT }, () => ({ type, oneTime: 0, kemOneTime: 0 })));
      await say(atAlice, 'behind the flood');
      await expectShown(atBob, ['hello', 'behind the flood']);
      expect(server.calls.length - before).toBeLessThan(100);
    },
  );

  it('that is longer than any batch ends the connection with a code, and the next one is no worse', async () => {
    const { server, bob, atAlice, atBob } = await pair();
    server.inject(Array.from({ length: 5_000 }, () => ({ type: 'unheard-of' })));
    const { connection } = bob.client;
    const isEnded = (): boolean => {
      const state = connection.get();
      return state.status === 'offline' && state.error?.code === 'MALFORMED';
    };
    await until(connection, isEnded, 'the end of the connection');
    await say(atAlice, 'after the flood');
    await expectShown(atBob, ['hello', 'after the flood']);
  });
});
