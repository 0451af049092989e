import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Conversation, Message } from '../src/index.ts';
import { transact } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { addDevice } from './support/channel.ts';
import { createNetwork, type Network } from './support/network.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

async function talk(network?: Network) {
  const [alice, bob] = await Promise.all([house.enter(null, network), house.enter(null)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atAlice = await alice.client.openDm(bob.userId);
  return { alice, bob, atAlice, atBob: () => dmWith(bob.client, alice.userId) };
}

const accepted = (conversation: Conversation, count: number): Promise<readonly Message[]> =>
  until(
    conversation.messages,
    ({ messages }) => messages.length === count && messages.every(({ seq }) => seq !== null),
    `${count} accepted messages`,
  ).then(({ messages }) => messages);

/** The loaded message that `accept`s. */
const shows = async (conversation: Conversation, accept: (message: Message) => boolean, what: string) =>
  (await until(conversation.messages, ({ messages }) => messages.some(accept), what)).messages.find(accept)!;

describe('a post', () => {
  it('a post quotes what it answers, and tells whom it mentions', async () => {
    const { bob, atAlice, atBob } = await talk();
    await atAlice.send('where is the key');
    const there = await atBob();
    const [question] = await accepted(there, 1);
    const { seq, messageId } = question!;
    await there.send('@alice it hangs there', {
      replyTo: { seq: seq!, messageId },
      mentions: [{ userId: userIdOf(bob.client), start: 0, length: 6 }],
    });
    const answer = await shows(atAlice, ({ content }) => content.kind === 'post', 'the answer');
    expect(answer.content).toMatchObject({
      text: '@alice it hangs there',
      replyTo: { seq, preview: 'where is the key', senderUserId: question!.senderUserId },
    });
    expect(answer.mentionsSelf).toBe(false);
    await atAlice.send('hey bob', { mentions: [{ userId: bob.userId, start: 4, length: 3 }] });
    await until(there.summary, (summary) => summary?.mentionCount === 1, 'the mention');
    expect(there.summary.get()).toMatchObject({ unreadCount: 2, mentionCount: 1 });
    await there.markRead();
    expect(there.summary.get()).toMatchObject({ unreadCount: 0, mentionCount: 0 });
  });

  it('a post that cannot be a message is refused', async () => {
    const { atAlice } = await talk();
    await expect(atAlice.send('', { mentions: [] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const mentions = [{ userId: 'x' as never, start: 3, length: 3 }];
    await expect(atAlice.send('ab', { mentions })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const attachments = ['00000000-0000-4000-8000-000000000000' as never];
    await expect(atAlice.send('', { attachments })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(atAlice.edit(99, 'nothing there')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(atAlice.setTimer(1.5)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(atAlice.messages.get().messages).toEqual([]);
  });
});

describe('changing what was said', () => {
  it("edits, reactions and deletions reach everyone, including the sender's other devices", async () => {
    const { alice, atAlice, bob, atBob } = await talk();
    await atAlice.send('helo');
    const there = await atBob();
    const [first] = await accepted(there, 1);
    const bobToo = await addDevice(house, bob.client);
    const seq = first!.seq!;
    await atAlice.edit(seq, 'hello');
    await there.react(seq, '👋', true);
    const isDone = ({ content, reactions, editedAt }: Message) =>
      content.kind === 'text' && content.text === 'hello' && reactions.length === 1 && editedAt !== null;
    await shows(there, isDone, 'both changes at bob');
    const seen = await shows(atAlice, isDone, 'both changes at alice');
    expect(seen.reactions).toEqual([{ emoji: '👋', userIds: [bob.userId], isOwn: false }]);
    await expect(there.edit(seq, 'mine now')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(there.deleteForEveryone(seq)).rejects.toMatchObject({ code: 'FORBIDDEN' });

    // Said after the second device came: that one follows it all.
    await atAlice.send('to all three');
    const atSecond = await dmWith(bobToo, userIdOf(alice.client));
    const three = await shows(atSecond, ({ content }) => content.kind === 'text', 'the message');
    await shows(there, ({ seq: at }) => at === three.seq, 'the message on the first device');
    await there.react(three.seq!, '🎉', true);
    const own = await shows(atSecond, ({ reactions }) => reactions.length > 0, 'the reaction of this account');
    expect(own.reactions).toEqual([{ emoji: '🎉', userIds: [bob.userId], isOwn: true }]);
    await there.react(three.seq!, '🎉', false);
    await shows(atAlice, ({ seq: at, reactions }) => at === three.seq && reactions.length === 0, 'no reaction');
    await atAlice.deleteForEveryone(three.seq!);
    for (const conversation of [atAlice, there, atSecond]) {
      await shows(conversation, ({ seq: at, content }) => at === three.seq && content.kind === 'deleted', 'it gone');
    }
    const { sql } = house.relay;
    await vi.waitFor(async () => {
      const [row] = await sql<{ body: Uint8Array }[]>`
        select body from messages where conversation_id = ${atAlice.conversationId} and seq = ${three.seq}`;
      expect(row?.body).toHaveLength(0);
    });
  });

  it('a change shows at once and is sent later, also when the device was offline and closed in between', async () => {
    const network = createNetwork();
    const { alice, atAlice, atBob } = await talk(network);
    await atAlice.send('one');
    await atAlice.send('two');
    const [one, two] = await accepted(atAlice, 2);
    const there = await atBob();
    await accepted(there, 2);
    network.cut();
    await until(alice.client.connection, ({ status }) => status === 'offline', 'to be offline');
    await atAlice.edit(one!.seq!, 'one, edited');
    await atAlice.edit(one!.seq!, 'one, edited twice');
    await atAlice.react(one!.seq!, '👍', true);
    await atAlice.react(one!.seq!, '🎉', true);
    await atAlice.react(one!.seq!, '🎉', false);
    await atAlice.deleteForEveryone(two!.seq!);
    await expectShown(atAlice, ['one, edited twice', '<deleted>']);
    expect(atAlice.messages.get().messages[0]?.reactions).toMatchObject([{ emoji: '👍', isOwn: true }]);
    await alice.client.close();
    await expectShown(there, ['one', 'two']);

    network.mend();
    const sent = network.sent.length;
    const again = house.open({ store: alice.store, ...network });
    await expectShown(there, ['one, edited twice', '<deleted>']);
    await shows(there, ({ reactions }) => reactions.length === 1, 'the reaction');
    const atAgain = again.conversation(atAlice.conversationId);
    await shows(atAgain, ({ content, editedAt }) => content.kind === 'text' && editedAt !== null, 'the edit');
    // What was taken back before it was encrypted never was; the first edit may have been, as the head of the queue.
    const messages = network.sent.slice(sent).filter((text) => text.includes('"envelopes"'));
    expect(new Set(messages.map((text) => /"messageId":"([^"]*)"/.exec(text)?.[1])).size).toBeLessThanOrEqual(4);
  });

  it('a change is undone on the screen when the server refuses it for good', async () => {
    const { alice, atAlice, atBob } = await talk();
    await atAlice.send('as it was');
    const [message] = await accepted(atAlice, 1);
    await accepted(await atBob(), 1);
    const { sql } = house.relay;
    await sql`
      delete from memberships where conversation_id = ${atAlice.conversationId} and user_id = ${alice.userId}`;
    const failures: string[] = [];
    alice.client.on('error', ({ code }) => void failures.push(code));
    await atAlice.edit(message!.seq!, 'as it will not be');
    await expectShown(atAlice, ['as it was']);
    await atAlice.react(message!.seq!, '👍', true);
    await until(atAlice.messages, ({ messages }) => messages[0]!.reactions.length === 0, 'no reaction');
    expect(failures).toEqual(['NOT_A_MEMBER', 'NOT_A_MEMBER']);
    expect(atAlice.messages.get().messages[0]?.editedAt).toBeNull();
  });

  it('a message is deleted for everyone even if that must wait until the person accepts an identity', async () => {
    const { alice, bob, atAlice, atBob } = await talk();
    await atAlice.send('regretted');
    const there = await atBob();
    const [message] = await accepted(there, 1);
    await accepted(atAlice, 1);
    const store = await alice.store(`seal:${house.tenant.appKey}:default`);
    const setKey = (changedKey: Uint8Array<ArrayBuffer> | null): Promise<void> =>
      transact({ store, committed: (change) => store.channel.post({ type: 'committed', change }) }, async (tx) => {
        const key = ROWS.peer(bob.userId);
        tx.put(key, { ...(await tx.get(key))!, changedKey });
      });
    await setKey(new Uint8Array(32));
    await atAlice.deleteForEveryone(message!.seq!);
    await expectShown(atAlice, ['<deleted>']);
    await atAlice.send('cannot go either');
    await until(atAlice.messages, ({ messages }) => messages[1]?.status === 'failed', 'it to fail');
    await expectShown(there, ['regretted']);
    await setKey(null);
    await expectShown(there, ['<deleted>']);
  });

  it('deleting a message for me leaves it with the others', async () => {
    const { atAlice, atBob } = await talk();
    await atAlice.send('one');
    await atAlice.send('two');
    const there = await atBob();
    const [, two] = await accepted(there, 2);
    await there.deleteForMe(two!.seq!);
    await expectShown(there, ['one']);
    expect(there.summary.get()).toMatchObject({ unreadCount: 1, lastMessage: { content: { text: 'one' } } });
    await atAlice.send('three');
    await expectShown(there, ['one', 'three']);
    await expectShown(atAlice, ['one', 'two', 'three']);
    expect(there.messages.get().missing).toEqual([]);
  });
});

describe('what only this device knows', () => {
  it('a draft and a muted conversation survive a restart', async () => {
    const { alice, atAlice, atBob } = await talk();
    await atAlice.setDraft('I was about to');
    await atAlice.setMuted(true);
    expect(atAlice.summary.get()).toMatchObject({ draft: 'I was about to', isMuted: true });
    await alice.client.close();
    const again = house.open({ store: alice.store });
    await again.ready();
    const there = again.conversation(atAlice.conversationId);
    await until(there.summary, (summary) => summary?.draft === 'I was about to' && summary.isMuted, 'both');
    await online(again);
    const unread: number[] = [];
    again.on('unread', (count) => void unread.push(count));
    await there.send('hello');
    const bob = await atBob();
    const self = there.summary.get()!.members.find(({ isSelf }) => isSelf)!;
    await bob.send('unheard');
    await bob.send('heard', { mentions: [{ userId: self.userId, start: 0, length: 5 }] });
    await until(there.summary, (summary) => summary?.unreadCount === 2, 'both to be there');
    expect(unread).toEqual([1]);
    await there.setDraft('');
    expect(there.summary.get()?.draft).toBe('');
  });
});
