import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../src/index.ts';
import type { Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer } from './support/lying-server.ts';
import { expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const member =
  (userId: string, change: Json) =>
  (answer: Json): Json => ({
    ...answer,
    members: (answer['members'] as Json[]).map((one) => (one['userId'] === userId ? { ...one, ...change } : one)),
  });

let scenes = 0;

async function people() {
  const server = createLyingServer();
  const suffix = '.' + 'abcdefghijklmnop'[scenes++];
  const [alice, bob, carol] = await Promise.all([
    house.enter(`alice${suffix}`, server),
    house.enter(`bob${suffix}`),
    house.enter(`carol${suffix}`),
  ]);
  await Promise.all([alice, bob, carol].map(({ client }) => online(client)));
  const errors: ErrorCode[] = [];
  alice.client.on('error', ({ code }) => errors.push(code));
  const [withBob, withCarol] = [await alice.client.openDm(bob.userId), await alice.client.openDm(carol.userId)];
  await withBob.send('hello');
  await until(withBob.messages, ({ messages }) => messages[0]?.seq === 1, 'its place');
  const names = { bob: `bob${suffix}`, carol: `carol${suffix}` };
  return { server, alice, bob, carol, withBob, withCarol, errors, names };
}

describe('a server that lies about who is called what', () => {
  it('known people keep their names when the server exchanges them, and both chats say so', async () => {
    const { server, alice, bob, carol, withBob, withCarol, names } = await people();
    const exchanged = (answer: Json): Json =>
      member(bob.userId, { username: names.carol })(member(carol.userId, { username: names.bob })(answer));
    server.lie({
      answers: {
        'conversations.list': (list) => (list as unknown as Json[]).map(exchanged) as unknown as Json,
        'users.search': (found) =>
          (found as unknown as Json[]).map((one) => ({ ...one, username: names.carol })) as unknown as Json,
      },
    });
    server.cut();
    const line = { userId: bob.userId, from: names.bob, to: names.carol, afterSeq: 1 };
    await until(withBob.messages, ({ renames }) => renames.length > 0, 'the line at Bob');
    await until(withCarol.messages, ({ renames }) => renames.length > 0, 'the line at Carol');
    expect(withBob.messages.get().renames).toEqual([line]);
    expect(withCarol.messages.get().renames).toEqual([
      { userId: carol.userId, from: names.carol, to: names.bob, afterSeq: 0 },
    ]);
    const titles = [withBob, withCarol].map(({ summary }) => summary.get()?.peer?.username);
    expect(titles).toEqual([names.bob, names.carol]);
    expect(await alice.client.searchUsers(names.bob)).toEqual([{ userId: bob.userId, username: names.bob }]);

    // The same again says nothing new, and one name more is told.
    server.cut();
    await until(alice.client.connection, ({ status }) => status !== 'online', 'the cut');
    await online(alice.client);
    const event = server.calls.length;
    server.lie({
      answers: {
        'conversations.list': (list) =>
          (list as unknown as Json[]).map(member(bob.userId, { username: 'mallory' })) as unknown as Json,
      },
    });
    server.cut();
    await until(withBob.messages, ({ renames }) => renames.length > 1, 'another line');
    expect(withBob.messages.get().renames.map(({ to }) => to)).toEqual([names.carol, 'mallory']);
    expect(server.calls.length).toBeGreaterThan(event);
    await server.expectFired();
  });
});

describe('answers that are no answers', () => {
  it.each<readonly [name: string, change: (bob: string) => (answer: Json) => Json]>([
    ['a name that is an object', (bob) => member(bob, { username: { bytes: [0, 9] } })],
    ['a name that is a row of this device', (bob) => member(bob, { username: { $bytes: [0, 9] } })],
    ['a name of a megabyte', (bob) => member(bob, { username: 'x'.repeat(1_000_000) })],
    ['a number that no conversation reaches', () => (answer) => ({ ...answer, lastSeq: Number.MAX_SAFE_INTEGER })],
    ['a number that is none', () => (answer) => ({ ...answer, lastSeq: '7' })],
    ['a position below 0', (bob) => member(bob, { deliveredSeq: -1 })],
  ])('%s changes nothing, and does not stay', async (_name, change) => {
    const { server, alice, bob, withBob, errors, names } = await people();
    const lie = change(bob.userId);
    server.lie({
      answers: { 'conversations.list': (list) => (list as unknown as Json[]).map(lie) as unknown as Json },
    });
    server.cut();
    await server.expectFired();
    await expect
      .poll(() => errors.length + Number(alice.client.connection.get().status === 'offline'))
      .toBeGreaterThan(0);
    server.lie({});
    server.cut();
    await until(alice.client.connection, ({ status }) => status !== 'online', 'the cut');
    alice.client.reconnect();
    await online(alice.client);
    await withBob.send('still here');
    await expectShown(withBob, ['hello', 'still here']);
    await until(withBob.messages, ({ messages }) => messages.at(-1)?.seq === 2, 'its place');
    expect(withBob.summary.get()?.peer?.username).toBe(names.bob);
    expect(withBob.messages.get().missing).toEqual([]);
  });
});
