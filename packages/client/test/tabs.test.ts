import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { indexedDbStore, memoryStore, type SealClient } from '../src/index.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { createNetwork } from './support/network.ts';
import { dmWith, online, expectShown, until } from './support/wait.ts';

let house: House;
beforeAll(async () => {
  vi.stubGlobal('IDBKeyRange', IDBKeyRange);
  // Later versions of Node have Web Locks.
  vi.stubGlobal('navigator', {});
  house = await openHouse();
});
afterAll(async () => {
  await house.close();
  vi.unstubAllGlobals();
});

/** Two tabs of one device, and a person to talk with. */
async function twoTabs() {
  const store = memoryStore();
  const networks = [createNetwork(), createNetwork()] as const;
  const first = house.open({ store, ...networks[0] });
  await first.createAccount({ username: null });
  await online(first);
  const second = house.open({ store, ...networks[1] });
  await second.ready();
  const bob = await house.enter(null);
  await online(bob.client);
  return { first, second, networks, bob };
}

const opensSocket = (sent: readonly string[]): boolean => sent.some((text) => text.includes('sync.subscribe'));

describe('two tabs of one device', () => {
  it('two tabs are one device: both send, both show, one is connected', async () => {
    const { first, second, networks, bob } = await twoTabs();
    expect(userIdOf(second)).toBe(userIdOf(first));
    await online(second);
    const atFirst = await first.openDm(bob.userId);
    const atSecond = await dmWith(second, bob.userId);
    await atSecond.send('from the second tab');
    await atFirst.send('from the first tab');
    const atBob = await dmWith(bob.client, userIdOf(first));
    const said = ['from the second tab', 'from the first tab'];
    for (const conversation of [atBob, atFirst, atSecond]) await expectShown(conversation, said);
    const heard: string[] = [];
    second.on('message', ({ content }) => void (content.kind === 'text' && heard.push(content.text)));
    await atBob.send('to both tabs');
    for (const conversation of [atFirst, atSecond]) await expectShown(conversation, [...said, 'to both tabs']);
    await until(atSecond.messages, () => heard.includes('to both tabs'), 'the event in the other tab');
    await atFirst.markRead();
    await until(atSecond.summary, (summary) => summary?.unreadCount === 0, 'read in the other tab');
    expect(networks.map(({ sent }) => opensSocket(sent))).toEqual([true, false]);
  });

  it('the other tab takes over at once when the connected one closes', async () => {
    const { first, second, networks, bob } = await twoTabs();
    const atFirst = await first.openDm(bob.userId);
    await atFirst.send('one');
    await first.close();
    const atSecond = await dmWith(second, bob.userId);
    await atSecond.send('two');
    const atBob = await dmWith(bob.client, userIdOf(second));
    await expectShown(atBob, ['one', 'two']);
    await atBob.send('three');
    await expectShown(atSecond, ['one', 'two', 'three']);
    expect(opensSocket(networks[1].sent)).toBe(true);
  });

  it('the connected tab sends what the other one writes', async () => {
    const { first, second, networks, bob } = await twoTabs();
    const atFirst = await first.openDm(bob.userId);
    const atSecond = await dmWith(second, bob.userId);
    networks[1].cut();
    await atSecond.send('by way of the other tab');
    await expectShown(await dmWith(bob.client, userIdOf(first)), ['by way of the other tab']);
    await until(atSecond.messages, ({ messages }) => messages[0]?.status === 'delivered', 'the tick');
    await expectShown(atFirst, ['by way of the other tab']);
  });

  it('signing out and wiping in one tab does the same in the other', async () => {
    const { first, second } = await twoTabs();
    await first.signOut();
    await until(second.account, ({ status }) => status === 'signed-out', 'signed out');
    await second.signIn();
    await until(first.account, ({ status }) => status === 'signed-in', 'signed in');
    await second.signOut({ wipe: true });
    await until(first.account, (state) => state.status === 'signed-out' && state.resumable === null, 'wiped');
    await first.createAccount({ username: null });
    await until(second.account, ({ status }) => status === 'signed-in', 'the new account');
    expect(userIdOf(second)).toBe(userIdOf(first));
  });
});

describe('two tabs on IndexedDB in a browser without Web Locks', () => {
  it('both tabs hold a connection, and nothing is lost or shown twice', async () => {
    const indexedDB = new IDBFactory();
    const open = (): SealClient => house.open({ store: indexedDbStore({ indexedDB }) });
    const first = open();
    await first.createAccount({ username: null });
    expect(first.atRest.get()).toBe('non-extractable-key');
    const second = open();
    await second.ready();
    await Promise.all([online(first), online(second)]);
    const bob = await house.enter(null);
    const atFirst = await first.openDm(bob.userId);
    const atSecond = await dmWith(second, bob.userId);
    const writing = ['1', '2', '3', '4'].map((n) => Promise.all([atFirst.send(`a${n}`), atSecond.send(`b${n}`)]));
    await Promise.all(writing);
    const atBob = await dmWith(bob.client, userIdOf(first));
    await until(atBob.messages, ({ messages }) => messages.length === 8, 'all eight');
    for (const n of ['1', '2', '3', '4']) await atBob.send(`c${n}`);
    await until(atBob.messages, ({ messages }) =>
      messages.every(({ status }) => status === null || status === 'delivered'),
    );
    const said = atBob.messages.get().messages.map(({ content }) => (content.kind === 'text' ? content.text : '?'));
    expect(said.toSorted()).toEqual(['a', 'b', 'c'].flatMap((who) => [1, 2, 3, 4].map((n) => `${who}${n}`)));
    await expectShown(atFirst, said);
    await expectShown(atSecond, said);
  });
});
