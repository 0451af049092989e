import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConversationId } from '@seal-chat/protocol';
import { messageTo } from '../../server/test/support/messages.ts';
import { signUp, type TestPerson } from '../../server/test/support/people.ts';
import { startRelay, type Relay } from '../../server/test/support/relay.ts';
import { patient } from '../../../scripts/lib/patience.mjs';
import type { ApiCall } from '../src/api/types.ts';
import {
  followWithSeal,
  followWithTrpc,
  sealHttp,
  sealSocket,
  trpcHttp,
  trpcSocket,
  type Followed,
  type Target,
  type TestCaller,
} from './support/callers.ts';

/**
 * The SDK speaks tRPC's protocols with code of its own. The same calls go to a real server through that code and
 * through tRPC's own client: answers and errors are equal, so a change of tRPC's wire format cannot pass unseen.
 */

let relay: Relay;
let alice: TestPerson;
let bob: TestPerson;
let conversationId: ConversationId;

const url = (): string => relay.wsUrl.replace(/^ws/, 'http').replace(/\/trpc$/, '');
const as = ({ tenant, first }: TestPerson): Target => ({
  url: url(),
  appKey: tenant.appKey,
  accessToken: first.session.accessToken,
});
const query = (path: string, input?: unknown): ApiCall => ({ path, type: 'query', input });
const mutation = (path: string, input?: unknown): ApiCall => ({ path, type: 'mutation', input });
const positions = ({ events }: Followed): number[] =>
  events.flatMap((event) => ('position' in event ? [event.position] : []));

beforeAll(async () => {
  relay = await startRelay();
  const tenant = await relay.addTenant();
  [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant, 'zoë.über')]);
  ({ conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId }));
});
afterAll(async () => relay.close());

/** Makes one call in every way and expects the same of all. */
async function expectSame(call: ApiCall, callers: Readonly<Record<string, TestCaller>>) {
  const outcomes = await Promise.all(
    Object.entries(callers).map(async ([name, caller]) => [name, await caller.outcome(call)] as const),
  );
  const [, expected] = outcomes[0]!;
  expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(outcomes.map(([name]) => [name, expected])));
  return expected;
}

const overHttp = (target: Target): Record<string, TestCaller> => ({
  'tRPC, httpLink': trpcHttp(target, 'single'),
  'tRPC, httpBatchLink': trpcHttp(target, 'batch'),
  'SDK, HTTP': sealHttp(target),
});

describe('a signed-in device gets the same through all transports:', () => {
  let callers: Record<string, TestCaller>;
  beforeAll(async () => {
    const target = as(alice);
    callers = { ...overHttp(target), 'tRPC, wsLink': trpcSocket(target), 'SDK, socket': await sealSocket(target) };
  });
  afterAll(async () => Promise.all(Object.values(callers).map((caller) => caller.close())));

  test.each<[string, () => ApiCall, object]>([
    ['a list', () => query('conversations.list', { after: null, limit: 10 }), [{ kind: 'dm' }]],
    ['one object', () => query('conversations.get', { conversationId }), { kind: 'dm' }],
    ['an empty list', () => query('channels.invitations', {}), []],
    ['a query without input', () => query('preKeys.status'), { oneTimePreKeyIds: [] }],
    ['letters that a URL escapes', () => query('users.search', { query: 'zoë', limit: 5 }), [{ username: 'zoë.über' }]],
    ['text that means something in a URL', () => query('users.search', { query: '%20+&=#?/"\\ 😀', limit: 5 }), []],
    ['a hundred ids in a URL', () => query('users.profiles', { userIds: Array(100).fill(bob.userId) }), [{}]],
    ['a mutation', () => mutation('conversations.openDm', { userId: bob.userId }), { kind: 'dm' }],
    ['a mutation that answers an object', () => mutation('devices.checkpoint', { rev: 1 }), { rollback: false }],
  ])('%s', async (_name, call, expected) => {
    expect(await expectSame(call(), callers)).toMatchObject({ answer: expected });
  });

  test('a mutation that answers nothing', async () => {
    const typing = mutation('sync.typing', { conversationId, isTyping: true });
    expect(await expectSame(typing, callers)).toEqual({ answer: undefined });
  });

  test('a message that is sent again under its id is answered with its first place, and the hash of its body', async () => {
    const send = mutation('messages.send', messageTo(conversationId, [alice, bob], alice.first, 'once'));
    const first = await callers['SDK, HTTP']!.outcome(send);
    expect(first).toMatchObject({ answer: { seq: expect.any(Number) as number } });
    const again = await expectSame(send, callers);
    expect(again).toMatchObject(first);
    expect(again).toMatchObject({ answer: { bodyHash: expect.any(String) as string } });
  });

  test.each<[string, () => ApiCall, object]>([
    ['an unknown procedure', () => query('conversations.burn', {}), { code: 'NOT_FOUND' }],
    ['no input', () => query('conversations.get'), { code: 'BAD_INPUT' }],
    ['a field too many', () => query('channels.heads', { x: 1 }), { code: 'BAD_INPUT' }],
    [
      'a wrong field, which is named',
      () => query('conversations.get', { conversationId: 'x' }),
      { code: 'BAD_INPUT', details: { field: 'conversationId' } },
    ],
    [
      'a conversation that does not exist',
      () => query('messages.history', { conversationId: randomUUID(), before: null, limit: 1 }),
      { details: {} },
    ],
    [
      'devices that the sender does not know, which are listed',
      () => {
        const message = messageTo(conversationId, [alice, bob], alice.first, 'late');
        return mutation('messages.send', { ...message, envelopes: [] });
      },
      { code: 'DEVICE_LIST_STALE', details: { deviceListDelta: { extra: [] } } },
    ],
  ])('the error for %s', async (_name, call, expected) => {
    // Made once: a random id in it is the same for all.
    expect(await expectSame(call(), callers)).toMatchObject({ error: expected });
  });

  test('the error for a procedure of another kind, which the server words by transport', async () => {
    const call = mutation('conversations.list', {});
    const isSocket = (name: string): boolean => /wsLink|socket/.test(name);
    const [sockets, http] = [true, false].map((kind) =>
      Object.fromEntries(Object.entries(callers).filter(([name]) => isSocket(name) === kind)),
    );
    expect(await expectSame(call, http!)).toMatchObject({ error: { code: 'BAD_INPUT' } });
    expect(await expectSame(call, sockets!)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });
});

describe('a caller without a session gets the same over HTTP:', () => {
  const without = (changes: Partial<Target>) => overHttp({ ...as(alice), accessToken: null, ...changes });

  test('a public answer', async () => {
    const lists = query('devices.lists', { users: [{ userId: bob.userId, since: 0 }] });
    expect(await expectSame(lists, without({}))).toMatchObject({ answer: { lists: [{ userId: bob.userId }] } });
  });

  test.each<[string, Partial<Target>, string]>([
    ['a missing token', {}, 'NOT_SIGNED_IN'],
    ['a token that the server did not give', { accessToken: 'A'.repeat(43) }, 'SESSION_EXPIRED'],
    ['an unknown app key', { appKey: 'pk_nobody' }, 'UNKNOWN_APP_KEY'],
  ])('the error for %s', async (_name, changes, code) => {
    expect(await expectSame(query('channels.heads', {}), without(changes))).toMatchObject({ error: { code } });
  });
});

describe('the subscription to the mailbox', () => {
  const send = (text: string) =>
    alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, text));
  const heard = async (followed: Followed, count: number): Promise<void> => {
    await expect.poll(() => positions(followed).length, { timeout: patient(15_000) }).toBe(count);
  };

  test('brings the same events, and goes on after the last one when the socket was lost', async () => {
    const before = (await bob.first.api.messages.history.query({ conversationId, before: null, limit: 100 })).messages;
    const first = before.length;
    for (const text of ['one', 'two', 'three']) await send(text);
    const [theirs, ours] = [followWithTrpc(as(bob), 0), followWithSeal(as(bob), 0)];
    await Promise.all([heard(theirs, first + 3), heard(ours, first + 3)]);
    expect(ours.events).toEqual(theirs.events);

    const last = positions(ours).at(-1)!;
    expect(Number(theirs.ids.at(-1))).toBe(last);
    theirs.lose();
    ours.close();
    expect((await ours.ended).code).toBe('OFFLINE');
    for (const text of ['four', 'five']) await send(text);
    const resumed = followWithSeal(as(bob), last);
    await Promise.all([heard(theirs, first + 5), heard(resumed, 2)]);
    expect([...ours.events, ...resumed.events]).toEqual(theirs.events);
    expect(new Set(positions(theirs)).size).toBe(first + 5);
    theirs.close();
    resumed.close();
  });

  test('is refused with the same error', async () => {
    const stranger = { ...as(bob), accessToken: 'A'.repeat(43) };
    const [theirs, ours] = [followWithTrpc(stranger, 0), followWithSeal(stranger, 0)];
    const error = await ours.ended;
    expect(error).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await theirs.ended).toEqual(error);
    theirs.close();
  });
});
