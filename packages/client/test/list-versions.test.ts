import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, deviceListCodec, fromBase64 } from '@seal-chat/protocol';
import type { Conversation, UserId } from '../src/index.ts';
import { rowReader } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { addDevice, say } from './support/channel.ts';
import type { Json } from './support/hostile.ts';
import { deviceIdOf, openHouse, type House, type Resident } from './support/house.ts';
import { createLyingServer, refuse, type Lies } from './support/lying-server.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** A device that is kept from learning `owner`'s list after `last`, on a server that takes what it sends all the same. */
function withholding(owner: UserId, last: number, removed: string): Lies {
  return {
    events: { 'device-list': () => [] },
    answers: {
      'devices.lists': (answer) => ({
        lists: (answer['lists'] as { userId: string; chain: unknown[] }[]).map((list) => ({
          ...list,
          chain: list.userId === owner ? list.chain.filter((_one, i) => versionAt(list.chain, i) <= last) : list.chain,
        })),
      }),
    },
    inputs: {
      'messages.send': (input) => ({
        ...input,
        deviceLists: (input['deviceLists'] as Json[]).map((list) =>
          list['userId'] === owner ? { ...list, version: last + 1 } : list,
        ),
        envelopes: (input['envelopes'] as Json[]).filter(({ deviceId }) => deviceId !== removed),
      }),
    },
  };
}

/** The version of a list in a chain. */
function versionAt(chain: readonly unknown[], i: number): number {
  const { bytes } = chain[i] as { bytes: string };
  return decode(deviceListCodec, fromBase64(bytes)!).version;
}

const kinds = (conversation: Conversation): string[] => conversation.messages.get().notices.map(({ kind }) => kind);

/** Waits until a device knows this version: what is sent to it from then on was not on its way when the list changed. */
async function knowsList({ store }: Resident, owner: UserId, version: number): Promise<void> {
  const reader = rowReader(await store(`seal:${house.tenant.appKey}:default`));
  await expect.poll(async () => (await reader.get(ROWS.peer(owner)))?.known.list.version).toBe(version);
}

/** What came of it at the device that is kept from the list, and once the server is honest again. */
async function expectToldAndRefused(
  server: ReturnType<typeof createLyingServer>,
  conversation: Conversation,
  other: Conversation,
): Promise<void> {
  await until(conversation.messages, () => kinds(conversation).includes('listWithheld'), 'to be told');
  await server.expectFired();
  const before = server.calls.filter(({ path }) => path === 'messages.send').length;
  await conversation.send('under the new list alone');
  server.cut();
  await until(conversation.messages, ({ messages }) => messages.at(-1)?.status === 'sending', 'it to wait');
  await expect.poll(() => server.calls.filter(({ path }) => path === 'devices.lists').length).toBeGreaterThan(1);
  expect(server.calls.filter(({ path }) => path === 'messages.send')).toHaveLength(before);
  server.lie({});
  server.cut();
  const isThere = (): boolean => JSON.stringify(other.messages.get().messages).includes('under the new list alone');
  await until(other.messages, isThere, 'it to be sent in the end');
}

describe('a removal that the server withholds', () => {
  it.each<readonly [how: string, lie: (withheld: Lies, bob: UserId) => Lies]>([
    ['and shows the one before', (withheld) => withheld],
    [
      'and refuses every question for it',
      (withheld, bob) => ({
        ...withheld,
        answers: {
          'devices.lists': (answer, { input }) =>
            (input['users'] as Json[]).some(({ userId }) => userId === bob) ? refuse('FORBIDDEN') : answer,
        },
      }),
    ],
  ])(
    'from who sends, %s: the readers notice, tell the sender end to end, and it sends nothing more',
    async (_, lie) => {
      const server = createLyingServer();
      const [alice, bob] = await Promise.all([house.enter(null, server), house.enter(null)]);
      await Promise.all([online(alice.client), online(bob.client)]);
      const stolen = await addDevice(house, bob.client);
      const atAlice = await alice.client.openDm(bob.userId);
      await say(atAlice, 'to both devices');
      const atBob = await dmWith(bob.client, alice.userId);
      await expectShown(atBob, ['to both devices']);
      const removed = deviceIdOf(stolen);
      server.lie(lie(withholding(bob.userId, 2, removed), bob.userId));
      await bob.client.revokeDevice(removed);
      await say(atAlice, 'one');
      await expectShown(atBob, ['to both devices', 'one']);
      expect(kinds(atBob)).toEqual([]);
      await say(atAlice, 'two');
      await until(atBob.messages, () => kinds(atBob).length > 0, 'the removal to be missed');
      expect(atBob.messages.get().notices).toMatchObject([{ kind: 'oldList', userId: alice.userId }]);
      await expectToldAndRefused(server, atAlice, atBob);
    },
  );

  it('from a device of the account itself: who reads it notices, and tells it', async () => {
    const server = createLyingServer();
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, server)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const [second, third] = [await addDevice(house, bob.client), await addDevice(house, bob.client)];
    const atBob = await bob.client.openDm(alice.userId);
    await say(atBob, 'hello');
    const atAlice = await dmWith(alice.client, bob.userId);
    await expectShown(atAlice, ['hello']);
    const removed = deviceIdOf(third);
    server.lie(withholding(bob.userId, 3, removed));
    await second.revokeDevice(removed);
    await knowsList(alice, bob.userId, 4);
    for (const text of ['one', 'two']) await say(atBob, text);
    await until(atAlice.messages, () => kinds(atAlice).includes('oldList'), 'the old list to be noticed');
    await expectToldAndRefused(server, atBob, atAlice);
  });

  it('is no reason to send anything to a person who is blocked', async () => {
    const [server, watched] = [createLyingServer(), createLyingServer()];
    const [alice, bob] = await Promise.all([house.enter(null, server), house.enter(null, watched)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const stolen = await addDevice(house, bob.client);
    const atAlice = await alice.client.openDm(bob.userId);
    await say(atAlice, 'to both devices');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['to both devices']);
    const removed = deviceIdOf(stolen);
    await bob.client.block(alice.userId);
    // Nobody tells Alice of the new list, so that she asks for none.
    server.lie({ inputs: withholding(bob.userId, 2, removed).inputs! });
    await bob.client.revokeDevice(removed);
    for (const text of ['one', 'two', 'three']) await say(atAlice, text);
    await bob.client.unblock(alice.userId);
    await say(atAlice, 'four');
    await expectShown(atBob, ['to both devices', 'four']);
    expect(atBob.messages.get().notices).toEqual([]);
    const toAlice = watched.calls.filter(
      ({ path, input }) => path === 'messages.send' && input['conversationId'] === atBob.conversationId,
    );
    expect(toAlice).toEqual([]);
    await server.expectFired();
  });

  it('does not happen on an honest server: lists that change while messages are on their way raise no notice', async () => {
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atAlice = await alice.client.openDm(bob.userId);
    await say(atAlice, 'zero');
    const atBob = await dmWith(bob.client, alice.userId);
    const shown = ['zero'];
    for (let i = 0; i < 3; i++) {
      const adding = addDevice(house, bob.client);
      await Promise.all(['a', 'b'].map((text) => atAlice.send(`${text}${i}`)));
      shown.push(`a${i}`, `b${i}`);
      const added = await adding;
      await Promise.all([bob.client.revokeDevice(deviceIdOf(added)), atAlice.send(`c${i}`)]);
      shown.push(`c${i}`);
    }
    await expectShown(atBob, shown);
    expect([...kinds(atAlice), ...kinds(atBob)]).toEqual([]);
  });
});
