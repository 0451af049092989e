import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openHouse, type House } from './support/house.ts';
import { createNetwork, sentMessages } from './support/network.ts';
import { openProxy, type Proxy } from './support/proxy.ts';
import { dmWith, online, expectShown, textOf, until } from './support/wait.ts';

let house: House;
let proxy: Proxy;
beforeAll(async () => {
  house = await openHouse();
  proxy = await openProxy();
});
afterAll(async () => {
  await house.close();
  await proxy.close();
});

describe('a server that goes away in the middle of a burst', () => {
  it('every message exists once, in order, on both sides after the server came back', async () => {
    const first = await house.relay.addProcess();
    proxy.leadTo(first.wsUrl);
    const network = createNetwork();
    const [alice, bob] = await Promise.all([
      house.enter(null, { ...network, url: proxy.url }),
      house.enter(null, { url: proxy.url }),
    ]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atAlice = await alice.client.openDm(bob.userId);
    const said = Array.from({ length: 40 }, (_, i) => `message ${i}`);
    for (const text of said) await atAlice.send(text);
    await until(atAlice.messages, ({ messages }) => messages.filter(({ seq }) => seq !== null).length >= 5, 'a start');

    proxy.leadTo(null);
    proxy.cut();
    await first.close();
    await until(alice.client.connection, ({ status }) => status === 'offline', 'to be offline');
    const second = await house.relay.addProcess();
    proxy.leadTo(second.wsUrl);
    onTestFinished(() => second.close());
    alice.client.reconnect();
    bob.client.reconnect();

    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, said);
    await until(
      atAlice.messages,
      ({ messages }) => messages.every(({ status }) => status === 'delivered'),
      'delivered',
    );
    expect(atAlice.messages.get().messages.map(textOf)).toEqual(said);
    expect(atAlice.messages.get().messages.map(({ seq }) => seq)).toEqual(said.map((_, i) => i + 1));
    // Whatever was sent more than once was the same every time: no ratchet step is ever taken twice.
    const attempts = sentMessages(network);
    const distinct = new Set(attempts.map((sent) => JSON.stringify(sent)));
    expect(distinct.size).toBe(said.length);
    expect(new Set(attempts.map(({ messageId }) => messageId)).size).toBe(said.length);
  });
});
