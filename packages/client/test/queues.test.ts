import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceStore, StoreFactory } from '../src/index.ts';
import { memoryStore } from '../src/index.ts';
import { openHouse, type House } from './support/house.ts';
import { dmWith, expectShown, online, texts, until } from './support/wait.ts';
import { createLyingServer, refuse } from './support/lying-server.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** A store that counts the rows it hands out. */
function counting(): { readonly factory: StoreFactory; rows: number } {
  const inner = memoryStore();
  const counted = {
    rows: 0,
    factory: async (name: string): Promise<DeviceStore> => {
      const store = await inner(name);
      return {
        ...store,
        async get(keys) {
          counted.rows += keys.length;
          return store.get(keys);
        },
        async list(range) {
          const found = await store.list(range);
          counted.rows += found.length;
          return found;
        },
      };
    },
  };
  return counted;
}

async function people(store: StoreFactory) {
  const server = createLyingServer();
  const [alice, bob] = await Promise.all([house.enter(null, { ...server, store }), house.enter(null)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atAlice = await alice.client.openDm(bob.userId);
  await atAlice.send('hello');
  const atBob = await dmWith(bob.client, alice.userId);
  await expectShown(atBob, ['hello']);
  return { server, alice, bob, atAlice, atBob };
}

describe('queues and windows cost the same however long they are', () => {
  it('queueing a message reads as many rows when hundreds wait as when few do', async () => {
    const counted = counting();
    const { alice, atAlice } = await people(counted.factory);
    await alice.client.close();
    const offline = house.open({ store: counted.factory, fetch: () => Promise.reject(new TypeError('offline')) });
    const again = offline.conversation(atAlice.conversationId);
    const rowsFor = async (count: number): Promise<number> => {
      const before = counted.rows;
      for (let i = 0; i < count; i++) await again.send(`message ${i}`);
      return counted.rows - before;
    };
    await rowsFor(5);
    const few = await rowsFor(20);
    await rowsFor(400);
    expect(await rowsFor(20)).toBeLessThanOrEqual(few * 1.5);
  });

  it('sending what waits reads rows in proportion to it, also behind messages that have failed', async () => {
    const counted = counting();
    const { server, alice, atAlice, atBob } = await people(counted.factory);
    const failing = 60;
    /** Rows that sending 20 messages reads. */
    const readBySending = async (): Promise<number> => {
      const before = counted.rows;
      for (let i = 0; i < 20; i++) await (await atAlice.send(`goes ${i}`)).accepted;
      return counted.rows - before;
    };
    const alone = await readBySending();
    server.lie({ answers: { 'messages.send': () => refuse('FORBIDDEN') } });
    for (let i = 0; i < failing; i++) await atAlice.send(`refused ${i}`);
    const hasFailed = ({ messages }: ReturnType<typeof atAlice.messages.get>): boolean =>
      messages.filter(({ status }) => status === 'failed').length === failing;
    await until(atAlice.messages, hasFailed, 'all to have failed');
    await server.expectFired();
    server.lie({});
    await (
      await atAlice.send('goes')
    ).accepted;
    // Some pages of the queue more for each, and nothing that grows with what has failed.
    expect(await readBySending()).toBeLessThan(alone + 20 * 5 * 16);
    // The server has those of which it said that it refused them, too.
    await until(atBob.messages, ({ messages }) => messages.at(-1)?.seq === 42 + failing, 'the last at Bob');
    await alice.client.close();
  });

  it('a change in a window that goes far back reads what has changed, and the window shrinks and ends', async () => {
    const counted = counting();
    const { atAlice, atBob } = await people(counted.factory);
    for (let i = 0; i < 160; i++) await atBob.send(`m${i}`);
    await until(atAlice.summary, (summary) => summary?.lastMessage?.seq === 161, 'all of them');
    let seen = 0;
    const unsubscribe = atAlice.messages.subscribe(() => seen++);
    await until(atAlice.messages, ({ isLoaded }) => isLoaded, 'the window');
    await atAlice.loadEarlier();
    await atAlice.loadEarlier();
    await atAlice.loadEarlier();
    expect(texts(atAlice)).toHaveLength(161);
    const message = atAlice.messages.get().messages[7];
    const before = counted.rows;
    await atBob.send('one more');
    await until(atAlice.messages, () => texts(atAlice).at(-1) === 'one more', 'it');
    expect(counted.rows - before).toBeLessThan(120);
    expect(atAlice.messages.get().messages[7]).toBe(message);

    await atAlice.dropEarlier();
    expect(texts(atAlice)).toHaveLength(50);
    expect(atAlice.messages.get().hasEarlier).toBe(true);
    await atAlice.loadEarlier();
    expect(texts(atAlice)).toHaveLength(100);
    unsubscribe();
    const told = seen;
    await atBob.send('unseen');
    await until(atAlice.summary, (summary) => summary?.lastMessage?.seq === 163, 'the last');
    expect(seen).toBe(told);
    expect(atAlice.messages.get().messages.length).toBeLessThanOrEqual(50);
  });
});

describe('what was sent', () => {
  it('`accepted` resolves when the server has a message, with its place', async () => {
    const { atAlice, atBob } = await people(memoryStore());
    const sent = await atAlice.send('counted');
    expect(await sent.accepted).toMatchObject({ seq: 2 });
    await expectShown(atBob, ['hello', 'counted']);
  });

  it('`accepted` rejects with the cause when a message is not going to be sent, and when it is discarded', async () => {
    const { server, atAlice } = await people(memoryStore());
    server.lie({ answers: { 'messages.send': () => refuse('FORBIDDEN') } });
    const refused = await atAlice.send('refused');
    await expect(refused.accepted).rejects.toMatchObject({ code: 'FORBIDDEN' });
    server.lie({ answers: { 'messages.send': () => refuse('UNAVAILABLE') } });
    await atAlice.discard(refused.messageId);
    const waiting = await atAlice.send('waits');
    const outcome = waiting.accepted.catch((error: unknown) => error);
    server.lie({ answers: { 'messages.send': () => refuse('FORBIDDEN') } });
    expect(await outcome).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('`accepted` rejects with OFFLINE when the client is closed before, and the message is still queued', async () => {
    const store = memoryStore();
    const { alice, atAlice, atBob } = await people(store);
    await alice.client.close();
    const offline = house.open({ store, fetch: () => Promise.reject(new TypeError('offline')) });
    const sent = await offline.conversation(atAlice.conversationId).send('later');
    const outcome = sent.accepted.catch((error: unknown) => error);
    await offline.close();
    expect(await outcome).toMatchObject({ code: 'OFFLINE' });
    await online(house.open({ store }));
    await expectShown(atBob, ['hello', 'later']);
  });
});
