import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boundMailboxes } from '../../server/src/jobs/mailboxes.ts';
import type { Rates } from '../../server/src/limits/rates.ts';
import { openHouse, type House } from './support/house.ts';
import { createNetwork, type Network } from './support/network.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Alice writes three messages to Bob, of which the server keeps back the one at `seq`: in the mailbox, or for good. */
async function threeWithout(seq: number, network: Network, denies = false) {
  const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, network)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atAlice = await alice.client.openDm(bob.userId);
  network.rewrite = without(seq, denies);
  for (const text of ['one', 'two', 'three']) await atAlice.send(text);
  await until(atAlice.messages, ({ messages }) => messages.every((message) => message.seq !== null), 'all sent');
  return { alice, bob, atAlice, atBob: await dmWith(bob.client, alice.userId) };
}

/**
 * Rewrites what the server sends so that it lacks one message: its mailbox event, and with `denies` its history, too.
 * Without it, an envelope that the sender makes again comes through: the mailbox may have forgotten the first one.
 */
function without(seq: number, denies = false): (text: string) => string {
  let kept = 0;
  const isKept = (event: { readonly type: string; readonly seq?: number }): boolean =>
    event.type === 'message' && event.seq === seq && (denies || kept++ === 0);
  return (text) => {
    const frame = JSON.parse(text) as Frame;
    const data = frame.result?.data;
    if (data?.data?.events) data.data.events = data.data.events.filter((event) => !isKept(event));
    if (denies && data?.messages) data.messages = data.messages.filter((message) => message.seq !== seq);
    return JSON.stringify(frame);
  };
}

interface Frame {
  readonly result?: {
    readonly data?: {
      readonly data?: { events?: readonly { readonly type: string; readonly seq?: number }[] };
      messages?: readonly { readonly seq: number }[];
    };
  };
}

describe('a mailbox that was cut while its device was away', () => {
  it('the device reads what was cut in the history, and asks the senders for the keys', async () => {
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('before');
    await expectShown(await dmWith(bob.client, alice.userId), ['before']);
    await bob.client.close();
    for (const text of ['one', 'two', 'three', 'four']) await atAlice.send(text);
    const { sql } = house.relay;
    await expect
      .poll(() => sql`select from mailbox_entries where conversation_id = ${atAlice.conversationId}`)
      .toHaveLength(4);
    await boundMailboxes({ sql, rates: { mailboxEntries: 1 } as Rates });

    const again = house.open({ store: bob.store });
    const there = await dmWith(again, alice.userId);
    await expectShown(there, ['before', 'one', 'two', 'three', 'four']);
    expect(there.messages.get()).toMatchObject({ missing: [] });
  });
});

describe('a message that the server keeps back', () => {
  for (const [place, seq] of [
    ['first', 1],
    ['middle', 2],
    ['last', 3],
  ] as const) {
    it(`the device asks for the ${place} of three when the server keeps it back`, async () => {
      const network = createNetwork();
      const { atBob, bob } = await threeWithout(seq, network);
      if (seq === 3) {
        // Only the server knows of it: the next connection tells how far it has counted.
        await expectShown(atBob, ['one', 'two']);
        network.cut();
        await until(bob.client.connection, ({ status }) => status === 'offline', 'to be offline');
        network.mend();
        bob.client.reconnect();
      }
      await expectShown(atBob, ['one', 'two', 'three']);
      expect(atBob.messages.get()).toMatchObject({ missing: [], hasUnavailableHistory: false });
      expect(atBob.summary.get()?.unreadCount).toBe(3);
    });
  }

  it('a message that the server denies is shown as missing, until it arrives after all', async () => {
    const network = createNetwork();
    const { atBob, atAlice, bob, alice } = await threeWithout(2, network, true);
    await until(atBob.messages, ({ missing }) => missing.length > 0, 'the gap to be said');
    expect(atBob.messages.get().missing).toEqual([{ afterSeq: 1, count: 1, isWithheld: false }]);
    await expectShown(atBob, ['one', 'three']);

    await bob.client.close();
    network.rewrite = null;
    await atAlice.send('four');
    const again = house.open({ store: bob.store });
    const there = await dmWith(again, alice.userId);
    await expectShown(there, ['one', 'two', 'three', 'four']);
    expect(there.messages.get().missing).toEqual([]);
  });

  it('a message that was denied until its envelope was gone is sent again by its sender', async () => {
    const network = createNetwork();
    const { atBob, atAlice, bob, alice } = await threeWithout(2, network, true);
    await until(atBob.messages, ({ missing }) => missing.length > 0, 'the gap to be said');
    await expect
      .poll(
        async () => house.relay
          .sql`select 1 from mailbox_entries e join messages m using (tenant_id, conversation_id, seq)
        where m.seq = 2 and m.conversation_id = ${atAlice.conversationId}`,
      )
      .toHaveLength(0);
    await bob.client.close();
    network.rewrite = null;
    const again = house.open({ store: bob.store });
    const there = await dmWith(again, alice.userId);
    await expectShown(there, ['one', 'two', 'three']);
  });

  it('a first message that the server denies is missing, not from before the device joined', async () => {
    const { atBob } = await threeWithout(1, createNetwork(), true);
    await until(atBob.messages, ({ missing }) => missing.length > 0, 'the gap to be said');
    expect(atBob.messages.get()).toMatchObject({ missing: [{ afterSeq: 0, count: 1 }], hasUnavailableHistory: false });
  });

  it('no message is suspected while one of this device waits for its answer', async () => {
    const network = createNetwork();
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, network)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atBob = await bob.client.openDm(alice.userId);
    await atBob.send('hello');
    const atAlice = await dmWith(alice.client, bob.userId);
    await expectShown(atAlice, ['hello']);
    const before = network.sent.length;
    // The answer to what Bob sends is held back, and Alice's next message overtakes it.
    network.rewrite = (text) => (text.includes('"acceptedAt"') && !text.includes('"events"') ? null : text);
    await atBob.send('on its way');
    await expectShown(atAlice, ['hello', 'on its way']);
    await atAlice.send('overtakes');
    await until(atBob.messages, ({ messages }) => messages.some(({ seq }) => seq === 3), 'the later one');
    expect(network.sent.slice(before).some((text) => text.includes('history'))).toBe(false);
    network.rewrite = null;
    network.cut();
    network.mend();
    bob.client.reconnect();
    await expectShown(atBob, ['hello', 'on its way', 'overtakes']);
    await until(atBob.messages, ({ messages }) => messages.every(({ seq }) => seq !== null), 'the answer');
    expect(atBob.messages.get().missing).toEqual([]);
  });
});
