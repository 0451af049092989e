import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation, SealClient } from '../src/index.ts';
import { createLyingServer } from './support/lying-server.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { link } from './support/link.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Alice, who asks before strangers reach her and has a second device, and Bob, whom she does not know. */
async function people() {
  const server = createLyingServer();
  const [alice, bob] = await Promise.all([
    house.enter(null, { strangers: 'ask', ...server }),
    house.enter(null, { strangers: 'ask' }),
  ]);
  const second = house.open({ strangers: 'ask' });
  await Promise.all([online(alice.client), online(bob.client)]);
  await link(alice.client, second);
  await online(second);
  const fromBob = await bob.client.openDm(alice.userId);
  return { server, alice, bob, second, fromBob };
}

/** The request of `userId`, once it is there. */
async function requestFrom(client: SealClient, userId: string): Promise<Conversation> {
  const found = await until(client.requests, (all) => all.some(({ peer }) => peer?.userId === userId), 'the request');
  return client.conversation(found.find(({ peer }) => peer?.userId === userId)!.conversationId);
}

const isTold = (conversation: Conversation, status: string) =>
  until(conversation.messages, ({ messages }) => messages.at(-1)?.status === status, `status ${status}`);

describe('a stranger', () => {
  it('makes a request, apart from chats and their counts, and learns nothing until it is accepted', async () => {
    const { server, alice, bob, second, fromBob } = await people();
    let unread = 0;
    alice.client.on('unread', (count) => (unread = count));
    await fromBob.send('do you ship to Norway?');
    const request = await requestFrom(alice.client, bob.userId);
    const onSecond = await requestFrom(second, bob.userId);
    await expectShown(request, ['do you ship to Norway?']);
    expect(request.summary.get()).toMatchObject({ isRequest: true, unreadCount: 1 });
    expect(alice.client.conversations.get()).toEqual([]);
    // Looking at it tells nobody; typing neither.
    await request.markRead();
    request.setTyping(true);
    await isTold(fromBob, 'delivered');
    expect(server.calls.filter(({ path }) => path === 'sync.typing')).toEqual([]);
    const inDm = server.calls.filter(
      ({ path, input }) => path === 'messages.send' && input['conversationId'] === request.conversationId,
    );
    expect(inDm).toEqual([]);
    expect(unread).toBe(0);
    // The other device of the same person knows what was read here.
    await until(onSecond.summary, (summary) => summary?.unreadCount === 0, 'the read position');

    await request.accept();
    await dmWith(alice.client, bob.userId);
    await dmWith(second, bob.userId);
    expect(second.requests.get()).toEqual([]);
    await isTold(fromBob, 'read');
  });

  it('does not see whether the other person is there, and is not seen, before they are accepted', async () => {
    const { alice, bob, fromBob } = await people();
    const seen: unknown[] = [];
    fromBob.summary.subscribe((summary) => seen.push(summary?.peer?.presence));
    await fromBob.send('hello');
    const request = await requestFrom(alice.client, bob.userId);
    fromBob.setTyping(true);
    alice.client.setPresence('away');
    alice.client.setPresence('online');
    // What a device is told when it connects is told to this one, too.
    const again = house.open({ strangers: 'ask' });
    await link(bob.client, again);
    await online(again);
    await isTold(fromBob, 'delivered');
    expect(request.summary.get()?.peer).toMatchObject({ presence: { state: 'offline' }, isTyping: false });
    const nothing = { state: 'offline', lastSeenAt: null };
    expect((await dmWith(again, alice.userId)).summary.get()?.peer?.presence).toEqual(nothing);
    expect(seen.every((presence) => JSON.stringify(presence) === JSON.stringify(nothing))).toBe(true);

    await request.accept();
    for (const at of [request, fromBob])
      await until(at.summary, (summary) => summary?.peer?.presence.state === 'online', 'the presence after accepting');
  });

  it('is told who is there once they are answered, also where the acceptance got lost', async () => {
    const { server, alice, bob, fromBob } = await people();
    await fromBob.send('hello');
    const request = await requestFrom(alice.client, bob.userId);
    server.lie({ inputs: { 'conversations.openDm': () => ({ userId: crypto.randomUUID() }) } });
    await request.accept();
    await server.expectFired();
    expect(fromBob.summary.get()?.peer?.presence.state).toBe('offline');
    server.lie({});
    await request.send('hello yourself');
    await until(fromBob.summary, (summary) => summary?.peer?.presence.state === 'online', 'the presence');
  });

  it('is no stranger once they were written to, on every device', async () => {
    const { alice, bob, second, fromBob } = await people();
    await fromBob.send('hello');
    const onSecond = await requestFrom(second, bob.userId);
    await (await requestFrom(alice.client, bob.userId)).send('hello yourself');
    await until(onSecond.summary, (summary) => summary?.isRequest === false, 'the chat on the other device');
    expect(alice.client.requests.get()).toEqual([]);
  });

  it('sends files that are neither fetched nor unpacked before', async () => {
    const { server, alice, bob, fromBob } = await people();
    const { attachmentId } = await fromBob.attach(new Blob([new Uint8Array(100)]));
    await fromBob.send('', { attachments: [attachmentId] });
    const request = await requestFrom(alice.client, bob.userId);
    await expectShown(request, ['']);
    const { seq } = request.messages.get().messages[0]!;
    await expect(request.openAttachment(seq!, attachmentId)).rejects.toMatchObject({ code: 'NOT_ACCEPTED' });
    expect(server.calls.some(({ path }) => path.startsWith('attachments'))).toBe(false);
    await request.accept();
    const { size } = await request.openAttachment(seq!, attachmentId);
    expect(size).toBe(100);
  });

  it('that floods with messages stays one request, and many strangers hold up no chat', async () => {
    const { alice, bob, fromBob } = await people();
    for (let i = 0; i < 20; i++) await fromBob.send(`buy ${i}`);
    const strangers = await Promise.all(Array.from({ length: 5 }, () => house.enter(null)));
    for (const { client } of strangers) await (await client.openDm(alice.userId)).send('offer');
    await until(alice.client.requests, (all) => all.length === 6, 'all requests');
    const request = await requestFrom(alice.client, bob.userId);
    await until(request.messages, ({ messages }) => messages.length === 20, 'all messages');
    expect(alice.client.conversations.get()).toEqual([]);
    const friend = await house.enter(null);
    const chat = await alice.client.openDm(friend.userId);
    await chat.send('how are you?');
    await isTold(chat, 'delivered');
    // A request can be deleted like a chat, and comes again with the next message.
    await request.deleteChat();
    await until(alice.client.requests, (all) => all.length === 5, 'the request to go');
    await fromBob.send('again');
    await expectShown(await requestFrom(alice.client, bob.userId), ['again']);
  });

  it('who only opens a conversation is not listed', async () => {
    const { alice, fromBob } = await people();
    const known = alice.client.conversation(fromBob.conversationId).summary;
    await until(known, (summary) => summary !== null, 'the conversation');
    expect([...alice.client.conversations.get(), ...alice.client.requests.get()]).toEqual([]);
  });
});

describe('a blocked person', () => {
  it('sends into nothing: ratchets advance, nothing is shown or answered, and unblocking shows what comes then', async () => {
    const { server, alice, bob, second, fromBob } = await people();
    await fromBob.send('one');
    const chat = await requestFrom(alice.client, bob.userId);
    const onSecond = await requestFrom(second, bob.userId);
    await chat.accept();
    await chat.markRead();
    await isTold(fromBob, 'read');
    await alice.client.block(bob.userId);
    await until(second.blocked, (all) => all.some(({ userId }) => userId === bob.userId), 'the block on both devices');
    const before = server.calls.length;
    for (const text of ['two', 'three']) await fromBob.send(text);
    fromBob.setTyping(true);
    await isTold(fromBob, 'delivered');
    await chat.markRead();
    await expectShown(chat, ['one']);
    await expectShown(onSecond, ['one']);
    expect(chat.summary.get()).toMatchObject({ isBlocked: true, unreadCount: 0 });
    await expect(chat.send('no')).rejects.toMatchObject({ code: 'BLOCKED' });
    const told = server.calls.slice(before).filter(({ input }) => input['conversationId'] === chat.conversationId);
    expect(told).toEqual([]);

    await second.unblock(bob.userId);
    await until(chat.summary, (summary) => summary?.isBlocked === false, 'unblocking on the other device');
    await fromBob.send('four');
    await expectShown(chat, ['one', 'four']);
    await expectShown(onSecond, ['one', 'four']);
    expect(chat.messages.get().missing).toEqual([]);
  });

  it('is answered no call for a message again', async () => {
    const { server, alice, bob } = await people();
    const chat = await alice.client.openDm(bob.userId);
    await chat.send('for Bob');
    await isTold(chat, 'delivered');
    await alice.client.block(bob.userId);
    const { conversationId } = chat;
    const account = bob.client.account.get();
    if (account.status !== 'signed-in') throw new Error('Bob is not signed in');
    const { userId, deviceId } = account;
    const second = await house.enter(null);
    server.inject([{ type: 'retry-request', position: 1_000, conversationId, seq: 1, userId, deviceId }]);
    // What comes after it in the mailbox has been taken.
    const other = await second.client.openDm(alice.userId);
    await other.send('later');
    await requestFrom(alice.client, second.userId);
    expect(server.calls.filter(({ path }) => path === 'messages.retry')).toEqual([]);
  });

  it('can be blocked without a word said, and makes no request then', async () => {
    const { alice, bob, fromBob } = await people();
    await alice.client.block(bob.userId);
    await fromBob.send('hello');
    await isTold(fromBob, 'delivered');
    expect([...alice.client.conversations.get(), ...alice.client.requests.get()]).toEqual([]);
    await expect(alice.client.block(userIdOf(alice.client))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
