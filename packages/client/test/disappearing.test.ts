import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../src/index.ts';
import { openHouse, type House } from './support/house.ts';
import { createNetwork } from './support/network.ts';
import { openScene } from './support/scene.ts';
import { dmWith, expectShown, online, textOf, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

async function talk() {
  const network = createNetwork();
  const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, network)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atAlice = await alice.client.openDm(bob.userId);
  await atAlice.send('stays');
  const atBob = await dmWith(bob.client, alice.userId);
  await expectShown(atBob, ['stays']);
  return { alice, bob, atAlice, atBob, network };
}

describe('messages with a timer', () => {
  it('messages disappear everywhere when their time is over, and leave nothing behind', async () => {
    const { atAlice, atBob } = await talk();
    await atAlice.setTimer(3);
    expect(atAlice.summary.get()?.timerSeconds).toBe(3);
    await until(atBob.summary, (summary) => summary?.timerSeconds === 3, 'the timer at bob');
    const comesAndGoes = async (conversation: Conversation): Promise<void> => {
      await until(conversation.messages, ({ messages }) => messages.some((one) => textOf(one) === 'gone soon'), 'it');
      await until(conversation.messages, ({ messages }) => messages.at(-1)?.content.kind === 'event', 'its end');
    };
    // Bob need not know more of it than that there is a timer.
    const both = [comesAndGoes(atAlice), comesAndGoes(atBob)];
    await atBob.send('gone soon');
    await Promise.all(both);
    expect(atAlice.summary.get()).toMatchObject({ unreadCount: 0, lastMessage: { content: { kind: 'event' } } });
    expect(atAlice.messages.get().missing).toEqual([]);
    await atBob.setTimer(0);
    await atBob.send('stays, too');
    await until(atAlice.messages, ({ messages }) => messages.at(-1)?.content.kind === 'text', 'a plain text');
    expect(atAlice.messages.get().messages.at(-1)).toMatchObject({ expiresAt: null });
  });

  it('expired messages are deleted after a restart, also without a connection', async () => {
    const { alice, atAlice, bob, atBob, network } = await talk();
    await atAlice.setTimer(3);
    await atAlice.send('read in time');
    await until(atBob.messages, ({ messages }) => messages.some((one) => textOf(one) === 'read in time'), 'it at bob');
    network.cut();
    await bob.client.close();
    await until(atAlice.messages, ({ messages }) => messages.at(-1)?.content.kind === 'event', 'its end');
    const again = house.open({ store: bob.store, ...network });
    const there = await dmWith(again, alice.userId);
    await expectShown(there, ['stays', '<event>']);
    expect(again.connection.get().status).not.toBe('online');
  });

  it('messages that expired before they were fetched show that there was one', async () => {
    const { alice, atAlice, bob } = await talk();
    await bob.client.close();
    await atAlice.setTimer(1);
    await atAlice.send('missed');
    await until(atAlice.messages, ({ messages }) => messages.length === 3 && messages[2]!.seq !== null, 'it sent');
    await until(atAlice.messages, ({ messages }) => messages.length === 2, 'its end');
    const again = house.open({ store: bob.store });
    const there = await dmWith(again, alice.userId);
    await online(again);
    await atAlice.setTimer(0);
    await until(there.summary, (summary) => summary?.timerSeconds === 0, 'everything to be there');
    await expectShown(there, ['stays', '<event>', '<deleted>', '<event>']);
    expect(there.messages.get().missing).toEqual([]);
  });
});

describe('a message whose time is over', () => {
  it('a message that is expired when it is opened leaves only its place', async () => {
    const scene = await openScene();
    const post = { kind: 'post', replyTo: null, mentions: [], attachments: [], text: 'late' } as const;
    await scene.say(1, scene.other, { ...post, lifetimeSeconds: 10 });
    expect((await scene.window()).messages).toMatchObject([{ expiresAt: scene.now + 10_000 }]);
    const sentAt = scene.now;
    scene.now += 10_000;
    await scene.say(2, scene.other, { ...post, lifetimeSeconds: 10 }, sentAt);
    await scene.say(3, scene.self, { ...post, lifetimeSeconds: 10 }, sentAt);
    expect((await scene.window()).messages.map(textOf)).toEqual(['late', '<deleted>']);
    expect(await scene.row()).toMatchObject({ unreadCount: 1, seenSeq: 3 });
    // A server's clock does not keep it longer.
    await scene.say(4, scene.other, { ...post, lifetimeSeconds: 10 }, scene.now + 1_000_000);
    expect(await scene.message(4)).toMatchObject({ expiresAt: scene.now + 10_000 });
  });
});
