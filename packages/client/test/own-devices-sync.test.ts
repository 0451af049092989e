import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLyingServer } from './support/lying-server.ts';
import type { Json } from './support/hostile.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { link } from './support/link.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Alice with two devices, the second behind a server that may lie to it, and Bob, whom she writes to. */
async function people() {
  const server = createLyingServer();
  const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
  const second = house.open(server);
  await Promise.all([online(alice.client), online(bob.client)]);
  await link(alice.client, second);
  await online(second);
  const chat = await alice.client.openDm(bob.userId);
  await chat.send('hello');
  const onSecond = await dmWith(second, bob.userId);
  await expectShown(onSecond, ['hello']);
  return { server, alice, bob, second, chat, onSecond };
}

describe('the devices of an account', () => {
  it('agree on what is muted, pinned and archived, whichever of them said so', async () => {
    const { chat, onSecond } = await people();
    await chat.setMuted(true);
    await onSecond.setPinned(true);
    await chat.setArchived(true);
    for (const { summary } of [chat, onSecond])
      await until(
        summary,
        (state) => state?.isMuted === true && state.isPinned && state.isArchived,
        'all three on both devices',
      );
    await onSecond.setMuted(false);
    await until(chat.summary, (state) => state?.isMuted === false, 'the mute to end');
    expect(onSecond.summary.get()).toMatchObject({ isMuted: false, isPinned: true, isArchived: true });
  });

  it('delete a chat together; it comes back with the next message, and without the old ones', async () => {
    const { alice, bob, second, chat, onSecond } = await people();
    const fromBob = await dmWith(bob.client, alice.userId);
    await fromBob.send('hello back');
    await expectShown(onSecond, ['hello', 'hello back']);
    await onSecond.deleteChat();
    await until(alice.client.conversations, (all) => all.length === 0, 'the chat to go');
    expect(second.conversations.get()).toEqual([]);
    await fromBob.send('are you there?');
    await expectShown(chat, ['are you there?']);
    await expectShown(onSecond, ['are you there?']);
    await expectShown(fromBob, ['hello', 'hello back', 'are you there?']);
  });

  it('tell a new one what is decided, and what was decided is in order for conversations it does not know yet', async () => {
    const { alice, bob, chat } = await people();
    const carol = await house.enter(null);
    await chat.setMuted(true);
    await alice.client.block(carol.userId);
    await alice.client.setPrivacy({ receipts: false });
    await alice.client.verify(bob.userId, (await alice.client.safetyNumber(bob.userId))!);
    const third = house.open();
    await link(alice.client, third);
    await until(third.blocked, (all) => all.length === 1, 'the block');
    await until(third.privacy, ({ receipts }) => !receipts, 'the privacy settings');
    await chat.send('to all of us');
    const onThird = await dmWith(third, bob.userId);
    await until(
      onThird.summary,
      (state) => state?.isMuted === true && state.peer?.verification === 'verified',
      'what was said of the chat before this device came',
    );
    expect(third.blocked.get().map(({ userId }) => userId)).toEqual([carol.userId]);
  });

  it('keep saved messages, which no other person is in', async () => {
    const { alice, second } = await people();
    const notes = await alice.client.openDm(alice.userId);
    expect(notes.summary.get()).toMatchObject({ kind: 'self', peer: null, isRequest: false });
    await notes.send('buy glaze');
    await until(notes.messages, ({ messages }) => messages[0]?.status === 'sent', 'the note to be sent');
    const kept = await until(second.conversations, (all) => all.some(({ kind }) => kind === 'self'), 'saved messages');
    const onSecond = second.conversation(kept.find(({ kind }) => kind === 'self')!.conversationId);
    await expectShown(onSecond, ['buy glaze']);
    await onSecond.send('and clay');
    await expectShown(notes, ['buy glaze', 'and clay']);
    expect(notes.summary.get()?.members.map(({ userId }) => userId)).toEqual([alice.userId]);
  });

  it('without another one nothing is sent for the decisions of a person, and saved messages are not listed', async () => {
    const server = createLyingServer();
    const [alone, bob] = await Promise.all([house.enter(null, server), house.enter(null)]);
    await online(alone.client);
    const chat = await alone.client.openDm(bob.userId);
    await chat.setMuted(true);
    await alone.client.block(bob.userId);
    expect(chat.summary.get()).toMatchObject({ isMuted: true, isBlocked: true });
    expect(server.calls.filter(({ path }) => path === 'messages.send')).toEqual([]);
    expect(alone.client.conversations.get().map(({ kind }) => kind)).toEqual(['dm']);
  });
});

describe('a server between the devices of an account', () => {
  it('that gives out what they say twice and in another order changes nothing', async () => {
    const { server, chat, onSecond, alice, second } = await people();
    const selfId = (await alice.client.openDm(alice.userId)).conversationId;
    const held: Json[] = [];
    server.lie({
      events: {
        message: (event) => {
          if (event['conversationId'] !== selfId) return [event];
          held.push(event);
          return [];
        },
      },
    });
    await chat.setMuted(true);
    await chat.setMuted(false);
    await chat.setPinned(true);
    await expect.poll(() => held.length).toBe(3);
    await server.expectFired();
    server.lie({});
    server.inject([...held.toReversed(), ...held]);
    await until(onSecond.summary, (state) => state?.isPinned === true, 'what was held back');
    expect(onSecond.summary.get()).toMatchObject({ isMuted: false, isPinned: true });
    expect(second.conversations.get().filter(({ kind }) => kind === 'self')).toEqual([]);
  });

  it('that withholds what they say is found out by the next thing, and the numbers are shown as missing nowhere else', async () => {
    const { server, chat, onSecond, alice, second } = await people();
    const selfId = (await alice.client.openDm(alice.userId)).conversationId;
    const isSync = (event: Json): boolean => event['conversationId'] === selfId;
    await chat.setPinned(true);
    await until(onSecond.summary, (state) => state?.isPinned === true, 'the first');
    server.lie({ events: { message: (event) => (isSync(event) ? [] : [event]) } });
    await chat.setMuted(true);
    await server.expectFired();
    expect(onSecond.summary.get()?.isMuted).toBe(false);
    server.lie({});
    await chat.setArchived(true);
    // The server is asked for what it left out, and an honest one has it.
    await until(onSecond.summary, (state) => state?.isArchived === true && state.isMuted, 'what was withheld');
    expect(second.conversation(selfId).messages.get().missing).toEqual([]);
  });

  it('cannot put anybody else into the conversation of an account with itself', async () => {
    const server = createLyingServer();
    const [alice, mallory] = await Promise.all([house.enter(null, server), house.enter(null)]);
    await online(alice.client);
    server.lie({
      answers: {
        'conversations.openDm': (answer) => ({
          ...answer,
          members: [
            ...(answer['members'] as Json[]),
            { userId: mallory.userId, username: null, role: 'member', deliveredSeq: 0 },
          ],
        }),
      },
    });
    await expect(alice.client.openDm(userIdOf(alice.client))).rejects.toMatchObject({ code: 'CONVERSATION_REJECTED' });
    await server.expectFired();
  });
});

describe('privacy', () => {
  it('without receipts nobody learns what was read, nor is told of others, and both devices hold to it', async () => {
    const { server, alice, bob, second, chat, onSecond } = await people();
    const fromBob = await dmWith(bob.client, alice.userId);
    await alice.client.setPrivacy({ receipts: false });
    await until(second.privacy, ({ receipts }) => !receipts, 'the setting on the other device');
    await fromBob.send('a question');
    await expectShown(onSecond, ['hello', 'a question']);
    await onSecond.markRead();
    // The other own device learns it, through the conversation with oneself.
    await until(chat.summary, (state) => state?.unreadCount === 0, 'the read position on the other device');
    const told = server.calls.filter(
      ({ path, input }) => path === 'messages.send' && input['conversationId'] === chat.conversationId,
    );
    expect(told).toEqual([]);
    await fromBob.markRead();
    await fromBob.send('another');
    await expectShown(chat, ['hello', 'a question', 'another']);
    expect(chat.messages.get().messages[0]?.status).toBe('delivered');
    expect(fromBob.messages.get().messages.at(-1)?.status).not.toBe('read');
  });

  it('without typing and presence others are told neither, and neither is shown of them', async () => {
    const { alice, bob, second, chat } = await people();
    const fromBob = await dmWith(bob.client, alice.userId);
    await until(fromBob.summary, (state) => state?.peer?.presence.state === 'online', 'the presence before');
    await alice.client.setPrivacy({ presence: false, typing: false });
    await until(second.privacy, ({ presence }) => !presence, 'the setting on the other device');
    await until(fromBob.summary, (state) => state?.peer?.presence.state === 'offline', 'the presence to go');
    expect(chat.summary.get()?.peer?.presence.state).toBe('offline');
    chat.setTyping(true);
    await chat.send('typed');
    await expectShown(fromBob, ['hello', 'typed']);
    expect(fromBob.summary.get()?.peer?.isTyping).toBe(false);
    await alice.client.setPrivacy({ presence: true });
    await until(fromBob.summary, (state) => state?.peer?.presence.state === 'online', 'the presence again');
  });

  it('a device that starts with presence turned off is not announced for a moment', async () => {
    const { alice, bob, second, chat } = await people();
    const fromBob = await dmWith(bob.client, alice.userId);
    await alice.client.setPrivacy({ presence: false });
    await until(second.privacy, ({ presence }) => !presence, 'the setting on the other device');
    await until(fromBob.summary, (state) => state?.peer?.presence.state === 'offline', 'the presence to go');
    const seen: (string | undefined)[] = [];
    fromBob.summary.subscribe((state) => seen.push(state?.peer?.presence.state));
    await Promise.all([alice.client.close(), second.close()]);
    const again = house.open({ store: alice.store });
    await online(again);
    await again.conversation(chat.conversationId).send('back');
    await expectShown(fromBob, ['hello', 'back']);
    expect(seen).not.toContain('online');
  });
});
