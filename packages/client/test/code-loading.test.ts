import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openHouse, type House } from './support/house.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

const code = vi.hoisted(() => ({ isThere: true, attempts: 0 }));
/** While `code.isThere` is false no part can be loaded, as when the network fails before the first time. */
vi.mock(import('../src/context/loader.ts'), async (original) => {
  const { createLoader } = await original();
  return {
    createLoader: <T>(load: () => Promise<T>) => {
      const loader = createLoader(load);
      const failing = createLoader<T>(() => {
        code.attempts++;
        return Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
      });
      return () => (code.isThere ? loader() : failing());
    },
  };
});

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('a part of the SDK that cannot be loaded', () => {
  it('code that cannot be loaded delays messages, and never loses one', async () => {
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const before = await alice.client.openDm(bob.userId);
    await before.send('one');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['one']);

    await alice.client.close();
    code.isThere = false;
    const aliceAgain = house.open({ store: alice.store });
    const atAlice = aliceAgain.conversation(before.conversationId);
    await atAlice.send('two');
    await expect(atAlice.react(1, '👍', true)).rejects.toMatchObject({ code: 'OFFLINE' });
    const reacted = code.attempts;
    await vi.waitFor(() => expect(code.attempts).toBeGreaterThan(reacted), { timeout: patient(15_000) });
    const { messages } = await until(atAlice.messages, ({ isLoaded }) => isLoaded, 'what is stored');
    expect(messages[1]).toMatchObject({ status: 'sending', failure: null });
    code.isThere = true;
    aliceAgain.reconnect();
    await expectShown(atBob, ['one', 'two']);

    // The same at the receiving end: what arrives is not acknowledged before it is stored.
    await bob.client.close();
    await atAlice.send('three');
    await until(atAlice.messages, (shown) => shown.messages[2]?.seq === 3, 'it sent');
    code.isThere = false;
    const bobAgain = house.open({ store: bob.store });
    const opened = code.attempts;
    await vi.waitFor(() => expect(code.attempts).toBeGreaterThan(opened + 2), { timeout: patient(15_000) });
    code.isThere = true;
    bobAgain.reconnect();
    await expectShown(await dmWith(bobAgain, alice.userId), ['one', 'two', 'three']);
  });
});
