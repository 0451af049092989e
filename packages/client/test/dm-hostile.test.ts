import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserId } from '../src/index.ts';
import { lies, onAnswers, type Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { link } from './support/link.ts';
import { createNetwork, sentMessages } from './support/network.ts';
import { online, texts, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('a server that lies about direct messages', () => {
  it('a device list shown older than it is known is fetched from the start, and refused', async () => {
    const network = createNetwork();
    const [alice, bob] = await Promise.all([house.enter(null, network), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const second = house.open();
    await link(bob.client, second);
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('to two devices');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'delivered', 'the message to arrive');

    const before = sentMessages(network).length;
    network.rewrite = lies(staleList(bob.userId, 1), onAnswers('lists', keepVersionsUpTo(1)));
    await atAlice.send('never stored');
    const { messages } = await until(
      atAlice.messages,
      (shown) => shown.messages.at(-1)?.status === 'failed',
      'the message to fail',
    );
    expect(messages.at(-1)?.failure).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    // Envelopes were made once, for the two devices that are known: every attempt is the same bytes.
    const attempts = sentMessages(network).slice(before);
    expect(attempts[0]!.envelopes).toHaveLength(2);
    for (const attempt of attempts) expect(attempt).toEqual(attempts[0]);
    expect(texts(atAlice)).toEqual(['to two devices', 'never stored']);

    network.rewrite = null;
    const after = sentMessages(network).length;
    await atAlice.send('and on');
    await until(
      atAlice.messages,
      (shown) => shown.messages.some(({ status }) => status === 'sent'),
      'sending to go on',
    );
    expect(sentMessages(network)[after]?.envelopes).toHaveLength(2);
  });
});

/** Answers every message sent with DEVICE_LIST_STALE: the list of `userId` is at `version`. */
function staleList(userId: UserId, version: number): (text: string) => string {
  return (text) => {
    const { id, result } = JSON.parse(text) as { id: unknown; result?: { data?: Json } };
    if (result?.data === undefined || !('acceptedAt' in result.data)) return text;
    const deviceListDelta = { versions: [{ userId, version }], missing: [], extra: [] };
    const seal = { code: 'DEVICE_LIST_STALE', details: { deviceListDelta } };
    return JSON.stringify({ id, error: { code: -32_600, message: 'stale', data: { seal } } });
  };
}

/** Leaves out the end of every chain of device lists. */
function keepVersionsUpTo(count: number): (answer: Json) => void {
  return (answer) => {
    for (const list of answer['lists'] as { chain: unknown[] }[])
      list.chain.length = Math.min(list.chain.length, count);
  };
}
