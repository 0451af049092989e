import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId, SealClient } from '../src/index.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { bornIn, playScript, playScripts, type Actor } from './support/script.ts';
import { online, textOf, until, whole } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('several devices that crash at random', () => {
  it('all devices end with the same messages in the same order, none lost and none twice', async () => {
    await playScripts(
      { weights: { send: 10, read: 1, wait: 1 }, death: 4, minLength: 10, maxLength: 40 },
      async (script) => {
        // Alice talks with Bob, who has two devices.
        const alice = await join();
        const bob = await join();
        const actors = [alice, bob, await join(bob)];
        const { conversationId } = await alice.client.openDm(userIdOf(bob.client));
        const promised: string[] = [];
        await playScript(house, actors, script, async (client, what, text) => {
          const conversation = client.conversation(conversationId);
          if (what === 'read') return conversation.markRead();
          if (what === 'wait') return online(client);
          await conversation.send(text);
          promised.push(text);
        });
        await expectSame(actors, conversationId, promised);
        await Promise.all(actors.map(({ client }) => client.close()));
      },
    );
  });
});

/** All devices show the same, and everything that was promised once. */
async function expectSame(
  actors: readonly Actor[],
  conversationId: ConversationId,
  promised: readonly string[],
): Promise<void> {
  await Promise.all(actors.map(({ client }) => drained(client, conversationId)));
  const shown = () => Promise.all(actors.map(({ client }) => sequence(client, conversationId, promised)));
  // What was queued and never promised may still be on its way from one device to the others.
  await expect
    .poll(async () => new Set((await shown()).map((one) => JSON.stringify(one))).size)
    .toBe(1)
    .catch(() => {});
  const [told, ...others] = await shown();
  for (const other of others) expect(other).toEqual(told);
  const texts = told!.map(([, text]) => text);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).toEqual(expect.arrayContaining([...promised]));
  // The server is honest: no device says that it is not.
  for (const { client } of actors)
    expect(client.conversation(conversationId).messages.get()).toMatchObject({ notices: [], missing: [] });
}

/** A new device: of a new account, or the second one of `account`. */
async function join(account?: Actor): Promise<Actor> {
  const actor = bornIn(house);
  const { client } = actor;
  if (account === undefined) await client.createAccount({ username: null });
  else {
    const offer = await account.client.showLinkingCode();
    const state = offer.state.get();
    const request = client.linkThisDevice(state.step === 'waiting' ? state.code : '');
    await until(offer.state, ({ step }) => step === 'compare', 'the digits');
    offer.confirm();
    await Promise.all([offer.finished, request.finished]);
  }
  await online(client);
  return actor;
}

/** Everything this device has to send is sent. */
async function drained(client: SealClient, conversationId: ConversationId): Promise<void> {
  await online(client);
  const { messages } = client.conversation(conversationId);
  await until(
    messages,
    (shown) => shown.isLoaded && shown.messages.every(({ seq }) => seq !== null),
    'an empty outbox',
  );
}

/** What the device shows, once all that was promised is there. */
async function sequence(
  client: SealClient,
  conversationId: ConversationId,
  promised: readonly string[],
): Promise<readonly (readonly [seq: number | null, text: string])[]> {
  const conversation = client.conversation(conversationId);
  await whole(conversation);
  const shown = (): string[] => conversation.messages.get().messages.map(textOf);
  await until(conversation.messages, () => promised.every((text) => shown().includes(text)), 'all that was promised');
  return conversation.messages.get().messages.map((message) => [message.seq, textOf(message)] as const);
}
