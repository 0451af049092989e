import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openHouse, type House } from './support/house.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

const code = vi.hoisted(() => ({ isThere: true, attempts: 0 }));
vi.mock(import('../src/context/load-code.ts'), async (original) => {
  const { loadCode } = await original();
  return {
    loadCode: <T>(load: () => Promise<T>): Promise<T> => {
      if (code.isThere) return loadCode(load);
      code.attempts++;
      return loadCode(() => Promise.reject(new TypeError('Failed to fetch dynamically imported module')));
    },
  };
});

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('a part of the SDK that cannot be had', () => {
  it('costs time, and never a message', async () => {
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('one');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['one']);

    code.isThere = false;
    await atAlice.send('two');
    await expect(atAlice.react(1, '👍', true)).rejects.toMatchObject({ code: 'OFFLINE' });
    const reacted = code.attempts;
    await vi.waitFor(() => expect(code.attempts).toBeGreaterThan(reacted), { timeout: patient(15_000) });
    const { messages } = await until(atAlice.messages, ({ isLoaded }) => isLoaded, 'what is stored');
    expect(messages[1]).toMatchObject({ status: 'sending', failure: null });
    code.isThere = true;
    await expectShown(atBob, ['one', 'two']);

    // The same at the receiving end: what arrives is not acknowledged before it is stored.
    await bob.client.close();
    await atAlice.send('three');
    await until(atAlice.messages, (shown) => shown.messages[2]?.seq === 3, 'it sent');
    code.isThere = false;
    const again = house.open({ store: bob.store });
    const before = code.attempts;
    await vi.waitFor(() => expect(code.attempts).toBeGreaterThan(before + 2), { timeout: patient(15_000) });
    code.isThere = true;
    again.reconnect();
    await expectShown(await dmWith(again, alice.userId), ['one', 'two', 'three']);
  });
});
