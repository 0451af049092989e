import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation, Message } from '../src/index.ts';
import { expectSaid, joined, say, settle, stocked } from './support/channel.ts';
import { openHouse, type House } from './support/house.ts';
import { until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** The loaded message that `accept`s. */
const shows = async (conversation: Conversation, accept: (message: Message) => boolean, what: string) =>
  (await until(conversation.messages, ({ messages }) => messages.some(accept), what)).messages.find(accept)!;

const textIs = (text: string) => (message: Message) =>
  (message.content.kind === 'text' || message.content.kind === 'post') && message.content.text === text;

describe('messages of a channel', () => {
  it('messages of a channel are answered, edited, reacted to, moderated and expire like any others', async () => {
    let ahead = 0;
    const [alice, bob, carol] = await settle(house, 3, { now: () => Date.now() + ahead });
    const clients = [alice!.client, bob!.client, carol!.client];
    await Promise.all(clients.map(stocked));
    const members = [bob!.userId, carol!.userId];
    const created = await alice!.client.createChannel({ name: 'Harbour', visibility: 'private', members });
    const { conversationId } = created;
    const [atAlice, atBob, atCarol] = await Promise.all(clients.map((client) => joined(client, conversationId)));
    await say(atAlice!, 'who has the key');
    const question = await shows(atBob!, textIs('who has the key'), 'the question');
    const target = { seq: question.seq!, messageId: question.messageId };
    const mentions = [{ userId: carol!.userId, start: 0, length: 5 }];
    await atBob!.send('carol has', { replyTo: target, mentions });
    await until(atCarol!.summary, (summary) => summary?.mentionCount === 1, 'the mention');
    const answer = await shows(atCarol!, textIs('carol has'), 'the answer');
    expect(answer).toMatchObject({
      mentionsSelf: true,
      content: { replyTo: { ...target, preview: 'who has the key', senderUserId: alice!.userId } },
    });

    await atBob!.edit(answer.seq!, 'carol had');
    await atCarol!.react(answer.seq!, '🙃', true);
    for (const channel of [atAlice!, atBob!, atCarol!]) {
      const isDone = (message: Message) => textIs('carol had')(message) && message.reactions.length === 1;
      await shows(channel, isDone, 'the edit and the reaction');
    }
    // Not Carol's to take back, but Alice owns the channel.
    await expect(atCarol!.deleteForEveryone(answer.seq!)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await atAlice!.deleteForEveryone(answer.seq!);
    for (const channel of [atAlice!, atBob!, atCarol!]) await expectSaid(channel, ['who has the key', '<deleted>']);
    expect(atCarol!.summary.get()).toMatchObject({ mentionCount: 0, unreadCount: 1 });

    await expect(atBob!.setTimer(30)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await atAlice!.setTimer(30);
    for (const channel of [atBob!, atCarol!]) {
      await until(channel.summary, (summary) => summary?.timerSeconds === 30, 'the timer');
    }
    await atBob!.send('gone soon');
    for (const channel of [atAlice!, atCarol!]) await shows(channel, textIs('gone soon'), 'it');
    await shows(atBob!, (message) => textIs('gone soon')(message) && message.seq !== null, 'its place');
    ahead = 31_000;
    await atAlice!.send('next');
    const left = ['who has the key', '<deleted>', 'next'];
    for (const channel of [atAlice!, atBob!, atCarol!]) await expectSaid(channel, left);
    expect(atBob!.messages.get().missing).toEqual([]);
  });
});
