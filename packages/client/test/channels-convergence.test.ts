import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation, ConversationId, SealClient, UserId } from '../src/index.ts';
import { isSettled, joined, said, settle, stocked } from './support/channel.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { ACTORS, SCRIPTS_TIMEOUT_MS, bornIn, playScript, playScripts, type Actor } from './support/script.ts';
import { online, until, whole } from './support/wait.ts';

let house: House;
beforeAll(
  async () =>
    void (house = await openHouse({
      limits: { messagesPerMinutePerUser: 10_000, channelChangesPerMinutePerUser: 1_000 },
    })),
);
afterAll(() => house.close());

describe('several devices that change a channel, talk in it, and crash at random', () => {
  it(
    'all devices end with the same messages in the same order, none lost and none twice',
    { timeout: SCRIPTS_TIMEOUT_MS },
    async () => {
      await playScripts(
        { weights: { send: 10, add: 3, remove: 3 }, death: 4, minLength: 8, maxLength: 25 },
        async (script) => {
          // Three admins, and a guest whom they add and remove.
          const [guest] = await settle(house, 1);
          await stocked(guest!.client);
          const actors = await Promise.all(Array.from({ length: ACTORS }, found));
          const conversationId = await channelOf(actors.map(({ client }) => client));
          const promised: string[] = [];
          await playScript(house, actors, script, async (client, what, text) => {
            if (what !== 'send') return changeMember(client, conversationId, what, guest!.userId);
            await client.conversation(conversationId).send(text);
            promised.push(text);
          });
          await expectSame(actors, conversationId, promised);
          await Promise.all([...actors.map(({ client }) => client.close()), guest!.client.close()]);
        },
      );
    },
  );
});

async function found(): Promise<Actor> {
  const actor = bornIn(house);
  await actor.client.createAccount({ username: null });
  await online(actor.client);
  await stocked(actor.client);
  return actor;
}

async function channelOf([founder, ...others]: readonly SealClient[]): Promise<ConversationId> {
  const members = others.map(userIdOf);
  const { conversationId } = await founder!.createChannel({ name: 'Storm', visibility: 'private', members });
  const [channel] = await Promise.all([founder!, ...others].map((client) => joined(client, conversationId)));
  for (const userId of members) await channel!.channel!.setRole(userId, 'admin');
  await isSettled(founder!, conversationId);
  return conversationId;
}

async function changeMember(
  client: SealClient,
  conversationId: ConversationId,
  what: 'add' | 'remove',
  userId: UserId,
): Promise<void> {
  await client.ready();
  const conversation = client.conversation(conversationId);
  await until(conversation.summary, (summary) => summary !== null);
  const { channel } = conversation;
  // Another device may have been quicker.
  await (what === 'add' ? channel!.add([userId]) : channel!.remove(userId)).catch(() => {});
}

/** All devices show the same, and everything that was promised once. */
async function expectSame(
  actors: readonly Actor[],
  conversationId: ConversationId,
  promised: readonly string[],
): Promise<void> {
  const end: Conversation[] = await Promise.all(actors.map(({ client }) => joined(client, conversationId)));
  await Promise.all(actors.map(({ client }) => online(client)));
  await isSettled(actors[0]!.client, conversationId);
  for (const channel of end) {
    await until(
      channel.messages,
      ({ isLoaded, messages }) => isLoaded && messages.every(({ seq }) => seq !== null),
      'an empty outbox',
    );
  }
  for (const channel of end) {
    await whole(channel);
    await until(
      channel.messages,
      () => promised.every((text) => said(channel).includes(text)),
      'all that was promised',
    );
  }
  await Promise.all(end.map(whole));
  // What was queued and never promised may still be on its way from one device to the others.
  await expect
    .poll(() => new Set(end.map((channel) => said(channel).join('\n'))).size)
    .toBe(1)
    .catch(() => {});
  const [told, ...rest] = end.map(said);
  for (const other of rest) expect(other).toEqual(told);
  expect(new Set(told).size).toBe(told!.length);
  expect(told!.filter((text) => text.startsWith('<'))).toEqual([]);
  // The server is honest: no device says that it is not.
  for (const channel of end) expect(channel.messages.get()).toMatchObject({ notices: [], missing: [] });
}
