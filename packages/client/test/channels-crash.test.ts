import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSealError, type Conversation } from '../src/index.ts';
import { isSettled, joined, said, say, settle, stocked } from './support/channel.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { createDisk } from './support/mortal.ts';
import { online, until, whole } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

let house: House;
beforeAll(
  async () =>
    void (house = await openHouse({
      limits: { messagesPerMinutePerUser: 10_000, channelChangesPerMinutePerUser: 1_000 },
    })),
);
afterAll(() => house.close());

describe('a device that is killed while it changes a group', () => {
  it(
    'a device killed at any step between making a Commit and its acknowledgement loses nothing and is not left behind',
    {
      timeout: patient(240_000),
    },
    async () => {
      const [bob, dave] = await settle(house, 2);
      const disk = createDisk();
      const first = disk.live();
      const founder = house.open(first);
      await founder.createAccount({ username: null });
      await online(founder);
      await Promise.all([bob!.client, dave!.client].map(stocked));
      const { conversationId } = await founder.createChannel({
        name: 'Fragile',
        visibility: 'private',
        members: [bob!.userId],
      });
      const atBob = await joined(bob!.client, conversationId);
      const aliceId = userIdOf(founder);
      first.kill();

      const promised: string[] = [];
      let life = 0;
      let isIn = false;
      for (let dieAt = 1; ; dieAt++) {
        const current = disk.live(dieAt);
        const alice = house.open(current);
        const atAlice = alice.conversation(conversationId);
        const text = `alice ${++life}`;
        const sending = atAlice.send(text).then(() => promised.push(text));
        const { members } = await bob!.client.api.conversations.get.query({ conversationId });
        isIn = members.some(({ userId }) => userId === dave!.userId);
        await atBob.send(`bob ${life}`);
        const change = alice.ready().then(async () => {
          await until(atAlice.summary, (summary) => summary !== null);
          const goal = isIn ? atAlice.channel!.remove(dave!.userId) : atAlice.channel!.add([dave!.userId]);
          // A life before this one may have got as far as the server.
          await goal.catch((error: unknown) => {
            if (!isSealError(error, 'NOT_FOUND')) throw error;
          });
        });
        const done = Promise.all([
          sending,
          change,
          shown(atAlice, `bob ${life}`),
          placed(atAlice, text),
          change.then(() => isSettled(bob!.client, conversationId)),
          until(atBob.summary, (summary) => summary?.members.some(({ userId }) => userId === dave!.userId) === !isIn),
        ]).then(() => 'done');
        const end = await Promise.race([current.death.then(() => 'dead'), done]);
        current.kill();
        if (end === 'done') break;
      }

      const last = house.open(disk.live());
      const atAlice = await joined(last, conversationId);
      await until(
        atAlice.messages,
        ({ isLoaded, messages }) => isLoaded && messages.every(({ seq }) => seq !== null),
        'an empty outbox',
      );
      await Promise.all([whole(atAlice), whole(atBob)]);
      await shown(atBob, promised.at(-1)!);
      // A window of so many messages: what was said meanwhile has pushed the first ones out.
      await Promise.all([whole(atAlice), whole(atBob)]);
      const told = said(atBob);
      await until(atAlice.messages, () => JSON.stringify(said(atAlice)) === JSON.stringify(told), 'the same').catch(
        () => expect(said(atAlice)).toEqual(told),
      );
      const own = told.filter((text) => text.startsWith('alice'));
      expect(new Set(own).size).toBe(own.length);
      expect(own).toEqual(expect.arrayContaining(promised));
      expect(told.filter((text) => text.startsWith('bob'))).toEqual(
        Array.from({ length: life }, (_, i) => `bob ${i + 1}`),
      );
      expect(told.filter((text) => text.startsWith('<'))).toEqual([]);
      expect(life).toBeGreaterThan(20);
      expect(userIdOf(last)).toBe(aliceId);
    },
  );

  it(
    'a device killed at any step of creating a channel has a working channel with its name, or none',
    {
      timeout: patient(120_000),
    },
    async () => {
      for (let dieAt = 1; ; dieAt++) {
        const disk = createDisk();
        const current = disk.live();
        const alice = house.open(current);
        await alice.createAccount({ username: null });
        await online(alice);
        current.dieIn(dieAt);
        const creating = alice.createChannel({ name: 'Half made', visibility: 'private' }).then(() => 'done');
        const end = await Promise.race([current.death.then(() => 'dead'), creating]);
        current.kill();
        const again = house.open(disk.live());
        await online(again);
        const heads = await again.api.channels.heads.query({});
        expect(heads.length).toBeLessThanOrEqual(1);
        for (const { conversationId } of heads) {
          const channel = await joined(again, conversationId);
          await say(channel, 'works');
          await until(channel.summary, (summary) => summary?.name === 'Half made', 'its name');
        }
        await again.close();
        if (end === 'done') break;
      }
    },
  );
});

function shown(conversation: Conversation, text: string): Promise<unknown> {
  return until(conversation.messages, () => said(conversation).includes(text), `to see ${text}`);
}

function placed(conversation: Conversation, text: string): Promise<unknown> {
  return until(
    conversation.messages,
    ({ messages }) =>
      messages.some(({ seq, content }) => seq !== null && content.kind === 'text' && content.text === text),
    `${text} to be accepted`,
  );
}
