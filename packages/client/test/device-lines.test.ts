import type { UserId } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../src/index.ts';
import { addDevice, events, expectSaid, joined, say, settle, stocked } from './support/channel.ts';
import { deviceIdOf, openHouse, userIdOf, type House } from './support/house.ts';
import { createLyingServer } from './support/lying-server.ts';
import { copyDisk, createDisk } from './support/mortal.ts';
import { createNetwork } from './support/network.ts';
import { dmWith, expectShown, online, textOf, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** What is read from top to bottom: messages, and between them what is said about devices. */
function shown(conversation: Conversation, names: Readonly<Record<UserId, string>>): string[] {
  const { messages, deviceLines } = conversation.messages.get();
  const linesIn = (after: number, before: number): string[] =>
    deviceLines
      .filter(({ afterSeq }) => afterSeq >= after && afterSeq < before)
      .map(({ kind, userId }) => `${names[userId]} ${kind}`);
  const told = messages
    .filter(({ content }) => content.kind !== 'event')
    .flatMap((message, i, all) => [...linesIn(all[i - 1]?.seq ?? 0, message.seq ?? Infinity), textOf(message)]);
  return [...told, ...linesIn(messages.at(-1)?.seq ?? 0, Infinity)];
}

async function expectLines(
  conversation: Conversation,
  names: Readonly<Record<UserId, string>>,
  expected: readonly string[],
): Promise<void> {
  const isSo = (): boolean => JSON.stringify(shown(conversation, names)) === JSON.stringify(expected);
  await until(conversation.messages, isSo).catch(() => {
    throw new Error(`expected ${JSON.stringify(expected)}, shown ${JSON.stringify(shown(conversation, names))}`);
  });
}

/** Bob and Alice, who has read one message of his and has no network any more. */
async function cutOff() {
  const network = createNetwork();
  const [alice, bob] = await Promise.all([house.enter(null, network), house.enter(null)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const names = { [alice.userId]: 'alice', [bob.userId]: 'bob' };
  const atBob = await bob.client.openDm(alice.userId);
  await say(atBob, 'one');
  const atAlice = await dmWith(alice.client, bob.userId);
  await expectShown(atAlice, ['one']);
  network.cut();
  return { network, bob, names, atBob, atAlice };
}

describe('in direct messages', () => {
  it('a new device and a removed one are lines in their places on both sides, once, and after a reload', async () => {
    const disk = createDisk();
    const life = disk.live();
    const [alice, bob] = await Promise.all([house.enter(null, life), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const names = { [alice.userId]: 'alice', [bob.userId]: 'bob' };
    const atAlice = await alice.client.openDm(bob.userId);
    await say(atAlice, 'one');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['one']);
    // What is seen first of a contact is no news.
    for (const at of [atAlice, atBob]) expect(at.messages.get().deviceLines).toEqual([]);

    const second = await addDevice(house, bob.client, { deviceName: 'Phone' });
    const deviceId = deviceIdOf(second);
    for (const at of [atAlice, atBob]) await expectLines(at, names, ['one', 'bob added']);
    await say(atAlice, 'two');
    const atSecond = await dmWith(second, alice.userId);
    await expectShown(atSecond, ['two']);
    await bob.client.revokeDevice(deviceId);
    const expected = ['one', 'bob added', 'two', 'bob removed'];
    for (const at of [atAlice, atBob]) await expectLines(at, names, expected);
    await say(atAlice, 'three');
    await expectLines(atBob, names, [...expected, 'three']);
    // The device that joined was told of none: what it saw first was its own list.
    expect(shown(atSecond, names)[0]).toBe('two');

    const [line] = atAlice.messages.get().deviceLines;
    expect(line).toMatchObject({ deviceId, userId: bob.userId });
    expect(Math.abs(line!.at - Date.now())).toBeLessThan(60_000);
    life.kill();
    const again = house.open(disk.live());
    await online(again);
    await expectLines(await dmWith(again, bob.userId), names, [...expected, 'three']);
    // The owner finds the name in the list of devices.
    const own = await bob.client.listDevices();
    expect(own).toHaveLength(1);
  });

  it('who was away finds the line behind the last message that the new device was not sent', async () => {
    const { network, bob, names, atBob, atAlice } = await cutOff();
    await say(atBob, 'two');
    await say(atBob, 'three');
    await addDevice(house, bob.client);
    await say(atBob, 'four');
    network.mend();
    await expectLines(atAlice, names, ['one', 'two', 'three', 'bob added', 'four']);
  });

  it('a device that came and went while nobody looked is told of', async () => {
    const { network, bob, names, atBob, atAlice } = await cutOff();
    const guest = await addDevice(house, bob.client);
    await bob.client.revokeDevice(deviceIdOf(guest));
    await say(atBob, 'two');
    network.mend();
    await expectLines(atAlice, names, ['one', 'bob added', 'bob removed', 'two']);
  });

  it('the word of the server alone makes no line', async () => {
    const server = createLyingServer();
    const [alice, bob] = await Promise.all([house.enter(null, server), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atAlice = await alice.client.openDm(bob.userId);
    await say(atAlice, 'one');
    const before = server.calls.filter(({ path }) => path === 'devices.lists').length;
    server.inject([{ type: 'device-list', userId: bob.userId, version: 9 }]);
    await expect.poll(() => server.calls.filter(({ path }) => path === 'devices.lists').length).toBeGreaterThan(before);
    await say(atAlice, 'two');
    await expectShown(await dmWith(bob.client, alice.userId), ['one', 'two']);
    expect(atAlice.messages.get().deviceLines).toEqual([]);
  });
});

describe('in channels', () => {
  it('a member’s further device and its removal are lines for everybody there, where the Commit is', async () => {
    const [alice, bob] = await settle(house, 2);
    const names = { [alice!.userId]: 'alice', [bob!.userId]: 'bob' };
    const { conversationId } = await alice!.client.createChannel({
      name: 'Devices',
      visibility: 'private',
      members: [bob!.userId],
    });
    const [atAlice, atBob] = [await joined(alice!.client, conversationId), await joined(bob!.client, conversationId)];
    await say(atAlice, 'one');
    await expectSaid(atBob, ['one']);
    // Who comes with a device comes as a person.
    expect(events(atAlice)).toEqual(['profile', 'added']);
    for (const at of [atAlice, atBob]) expect(at.messages.get().deviceLines).toEqual([]);

    const second = await addDevice(house, bob!.client);
    const atSecond = await joined(second, conversationId);
    for (const at of [atAlice, atBob]) await expectLines(at, names, ['one', 'bob added']);
    await say(atAlice, 'two');
    await expectSaid(atSecond, ['two']);
    await bob!.client.revokeDevice(deviceIdOf(second));
    for (const at of [atAlice, atBob]) await expectLines(at, names, ['one', 'bob added', 'two', 'bob removed']);
    expect(atSecond.messages.get().deviceLines.filter(({ kind }) => kind === 'added')).toEqual([]);
    expect(userIdOf(alice!.client)).toBe(alice!.userId);
  });

  it('a device that enters again with new keys is a line for all others, those of its owner included', async () => {
    const [alice] = await settle(house, 1);
    const disk = createDisk();
    const before = disk.live();
    const bob = house.open(before);
    await bob.createAccount({ username: null });
    await online(bob);
    const phone = await addDevice(house, bob);
    const [bobId, deviceId] = [userIdOf(bob), deviceIdOf(bob)];
    const names = { [alice!.userId]: 'alice', [bobId]: 'bob' };
    await Promise.all([bob, phone].map(stocked));
    const { conversationId } = await alice!.client.createChannel({
      name: 'Restored',
      visibility: 'private',
      members: [bobId],
    });
    const others = await Promise.all([alice!.client, phone].map((client) => joined(client, conversationId)));
    await say(others[0]!, 'one');
    await expectSaid(await joined(bob, conversationId), ['one']);
    // The browser's profile is put back to what it was: its keys for the channel are old ones.
    const backup = copyDisk(disk);
    await say(bob.conversation(conversationId), 'two');
    // More than a store has reported by its first connection, as the next one would.
    await bob.api.devices.checkpoint.mutate({ rev: 3 * 2 ** 20 });
    before.kill();

    const again = house.open(backup.live());
    await say(again.conversation(conversationId), 'three');
    for (const at of others) {
      await expectLines(at, names, ['one', 'two', 'bob rejoined', 'three']);
      expect(at.messages.get().deviceLines).toMatchObject([{ kind: 'rejoined', userId: bobId, deviceId }]);
      expect(events(at).filter((type) => type !== 'profile')).toEqual(['added']);
    }
    expect((await joined(again, conversationId)).messages.get().deviceLines).toEqual([]);
  });
});
