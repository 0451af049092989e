import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Conversation } from '../src/index.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer, refuse } from './support/lying-server.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

const network = vi.hoisted(() => ({ isThere: true }));
/** As in a browser: what was loaded is there without a network, and nothing else is. */
vi.mock(import('../src/context/loader.ts'), async (original) => {
  const { createLoader } = await original();
  return {
    createLoader: <T>(load: () => Promise<T>) => {
      let isLoaded = false;
      return createLoader(async () => {
        if (!isLoaded && !network.isThere) throw new TypeError('Failed to fetch dynamically imported module');
        const part = await load();
        isLoaded = true;
        return part;
      });
    },
  };
});

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const statusOf = (conversation: Conversation, messageId: string) =>
  conversation.messages.get().messages.find((message) => message.messageId === messageId)?.status ?? 'gone';

describe('messages that the server refused, once there is no network', () => {
  it('are queued again or discarded, on the page where they failed and on the next one', async () => {
    const server = createLyingServer();
    const [alice, bob] = await Promise.all([house.enter(null, server), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atAlice = await alice.client.openDm(bob.userId);
    server.lie({ inputs: { 'messages.send': () => ({}) } });
    const send = async (text: string) => (await atAlice.send(text)).messageId;
    const [again, never] = [await send('again'), await send('never')];
    const [later, notAtAll] = [await send('again later'), await send('never at all')];
    for (const id of [again, never, later, notAtAll])
      await until(atAlice.messages, () => statusOf(atAlice, id) === 'failed', 'it to fail');
    await server.expectFired();

    network.isThere = false;
    server.lie({ inputs: { 'messages.send': () => refuse('UNAVAILABLE') } });
    await atAlice.retry(again);
    await atAlice.discard(never);
    expect([again, never].map((id) => statusOf(atAlice, id))).toEqual(['sending', 'gone']);
    await alice.client.close();

    network.isThere = true;
    const next = house.open({ store: alice.store, ...createLyingServer() });
    const there = await dmWith(next, bob.userId);
    await online(next);
    network.isThere = false;
    await there.retry(later);
    await there.discard(notAtAll);
    await expectShown(await dmWith(bob.client, alice.userId), ['again', 'again later']);
  });
});
