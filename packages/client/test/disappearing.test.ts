import { MESSAGE_LIFETIMES } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markRead } from '../src/conversations/read-position.ts';
import { ROWS } from '../src/store/rows.ts';
import { openHouse, type House } from './support/house.ts';
import { createNetwork } from './support/network.ts';
import { openScene } from './support/scene.ts';
import { dmWith, expectShown, online, textOf, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Alice and Bob; both clocks can be moved. */
async function talk() {
  const network = createNetwork();
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  const [alice, bob] = await Promise.all([
    house.enter(null, { now: clock.now }),
    house.enter(null, { ...network, now: clock.now }),
  ]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atAlice = await alice.client.openDm(bob.userId);
  await atAlice.send('stays');
  const atBob = await dmWith(bob.client, alice.userId);
  await expectShown(atBob, ['stays']);
  return { alice, bob, atAlice, atBob, network, clock };
}

describe('messages with a timer', () => {
  it('messages disappear everywhere when their time is over, and leave nothing behind', async () => {
    const { atAlice, atBob, clock } = await talk();
    await atAlice.setTimer(30);
    expect(atAlice.summary.get()?.timerSeconds).toBe(30);
    await until(atBob.summary, (summary) => summary?.timerSeconds === 30, 'the timer at bob');
    // Bob need not know more of it than that there is a timer.
    await atBob.send('gone soon');
    for (const there of [atAlice, atBob]) await expectShown(there, ['stays', '<event>', 'gone soon']);
    await until(atBob.messages, ({ messages }) => messages.at(-1)?.seq !== null, 'its place');
    clock.ahead += 31_000;
    await atBob.send('next');
    for (const there of [atAlice, atBob]) await expectShown(there, ['stays', '<event>', 'next']);
    expect(atAlice.messages.get().messages.at(-1)).toMatchObject({ unusualLifetime: null });
    expect(atAlice.summary.get()).toMatchObject({ unreadCount: 1, lastMessage: { content: { text: 'next' } } });
    expect(atAlice.messages.get().missing).toEqual([]);
    await atBob.setTimer(0);
    await atBob.send('stays, too');
    await until(atAlice.messages, ({ messages }) => messages.at(-1)?.content.kind === 'text', 'a plain text');
    expect(atAlice.messages.get().messages.at(-1)).toMatchObject({ expiresAt: null, unusualLifetime: null });
  });

  it('expired messages are deleted after a restart, also without a connection', async () => {
    const { alice, atAlice, bob, atBob, network, clock } = await talk();
    await atAlice.setTimer(30);
    await atAlice.send('read in time');
    await until(atBob.messages, ({ messages }) => messages.some((one) => textOf(one) === 'read in time'), 'it at bob');
    network.cut();
    await bob.client.close();
    clock.ahead += 31_000;
    const again = house.open({ store: bob.store, ...network, now: clock.now });
    const there = await dmWith(again, alice.userId);
    await expectShown(there, ['stays', '<event>']);
    expect(again.connection.get().status).not.toBe('online');
  });

  it('messages that expired before they were fetched show that there was one', async () => {
    const { alice, atAlice, bob, clock } = await talk();
    await bob.client.close();
    await atAlice.setTimer(30);
    await atAlice.send('missed');
    await until(atAlice.messages, ({ messages }) => messages.length === 3 && messages[2]!.seq !== null, 'it sent');
    clock.ahead += 31_000;
    const again = house.open({ store: bob.store, now: clock.now });
    const there = await dmWith(again, alice.userId);
    await online(again);
    await atAlice.setTimer(0);
    await until(there.summary, (summary) => summary?.timerSeconds === 0, 'everything to be there');
    await expectShown(there, ['stays', '<event>', '<deleted>', '<event>']);
    expect(there.messages.get().missing).toEqual([]);
  });

  it('only a lifetime of the list can be set', async () => {
    const { atAlice } = await talk();
    for (const seconds of [-1, 1, 29, 31, 0x7fff_ffff, 0xffff_ffff, 1.5, Number.NaN]) {
      await expect(atAlice.setTimer(seconds)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
    for (const seconds of MESSAGE_LIFETIMES) await atAlice.setTimer(seconds);
    expect(atAlice.summary.get()?.timerSeconds).toBe(MESSAGE_LIFETIMES.at(-1));
  });
});

describe('a message whose time is over', () => {
  it('a message that is expired when it is opened leaves only its place', async () => {
    const scene = await openScene();
    const post = { kind: 'post', replyTo: null, mentions: [], attachments: [], text: 'late' } as const;
    await scene.say(1, scene.other, { ...post, lifetimeSeconds: 300 });
    expect((await scene.window()).messages).toMatchObject([{ expiresAt: scene.now + 300_000 }]);
    const sentAt = scene.now;
    scene.now += 300_000;
    await scene.say(2, scene.other, { ...post, lifetimeSeconds: 300 }, sentAt);
    await scene.say(3, scene.self, { ...post, lifetimeSeconds: 300 }, sentAt);
    expect((await scene.window()).messages.map(textOf)).toEqual(['late', '<deleted>']);
    expect(await scene.row()).toMatchObject({ unreadCount: 1, seenSeq: 3 });
    // A server's clock does not keep it longer.
    await scene.say(4, scene.other, { ...post, lifetimeSeconds: 300 }, scene.now + 1_000_000);
    expect(await scene.message(4)).toMatchObject({ expiresAt: scene.now + 300_000 });
  });

  it('a message stays for 30 s after it came and after it was read, however little of its time is left', async () => {
    const scene = await openScene();
    const post = { kind: 'post', replyTo: null, mentions: [], attachments: [], text: 'short' } as const;
    await scene.say(1, scene.other, { ...post, lifetimeSeconds: 60 }, scene.now - 59_000);
    expect(await scene.message(1)).toMatchObject({ expiresAt: scene.now + 30_000 });
    scene.now += 29_000;
    const reader = await scene.commit(async (tx) => tx);
    await markRead({ ...scene.time, reader, transact: scene.commit }, scene.conversationId);
    expect(await scene.message(1)).toMatchObject({ expiresAt: scene.now + 30_000 });
    const expiries = await scene.commit((tx) => tx.list(ROWS.expiries));
    expect(expiries.map(({ value }) => value)).toEqual([scene.now + 30_000]);
  });

  it('a lifetime that is not the one of the conversation is told', async () => {
    const scene = await openScene();
    const post = { kind: 'post', replyTo: null, mentions: [], attachments: [], text: 'x' } as const;
    await scene.say(1, scene.other, { ...post, lifetimeSeconds: 30 });
    await scene.say(3, scene.other, { kind: 'timer', seconds: 300 });
    await scene.say(2, scene.other, 'before the timer');
    await scene.say(4, scene.other, { ...post, lifetimeSeconds: 300 });
    await scene.say(5, scene.other, 'stays');
    const { messages } = await scene.window();
    expect(messages.map(({ unusualLifetime }) => unusualLifetime)).toEqual([30, null, null, null, 0]);
  });
});
