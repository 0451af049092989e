import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceStore } from '../src/index.ts';
import { rowReader } from '../src/store/device-tx.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import { ROWS } from '../src/store/rows.ts';
import { addDevice, say } from './support/channel.ts';
import { deviceIdOf, openHouse, type House } from './support/house.ts';
import { createLyingServer, refuse } from './support/lying-server.ts';
import { expectShown, online, texts, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** What its thief would look for in the store of a device, by what it is. */
async function secretsIn(store: DeviceStore): Promise<ReadonlyMap<string, Uint8Array>> {
  const reader = rowReader(store);
  const { device, accountKey, archive } = (await reader.get(ROWS.account))!;
  const sent = await reader.list(ROWS.allSent);
  const queued = await reader.list(ROWS.allOutbox);
  const sessions = await reader.list(ROWS.sessions);
  expect([sent.length, queued.length, sessions.length]).toEqual([1, 1, 2]);
  return new Map<string, Uint8Array>([
    ['the key that it agrees on secrets with', device.dh.privateKey],
    ['the key that it signs with', device.sign.privateKey],
    ['the account key', accountKey.privateKey],
    ['the archive key', archive.key],
    ['the key of a message that was sent', sent[0]!.value.contentKey],
    ['the key of a message that is under way', queued[0]!.value.wire!.contentKey],
    ['the envelope of a message that is under way', queued[0]!.value.wire!.envelopes[0]!.envelope],
    ...sessions.map(({ key, value }) => [key, value] as const),
  ]);
}

/** Which of them are anywhere in the bytes of the store. */
async function found(store: DeviceStore, secrets: ReadonlyMap<string, Uint8Array>): Promise<readonly string[]> {
  const rows = await store.list({ prefix: '' });
  return [...secrets]
    .filter(([, secret]) => rows.some(({ value }) => Buffer.from(value).includes(Buffer.from(secret))))
    .map(([name]) => name);
}

it('a device that learns of its removal has no secret left in any row, of what it was about to send either', async () => {
  const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const server = createLyingServer();
  const factory = memoryStore();
  const second = await addDevice(house, alice.client, { ...server, store: factory });
  const store = await factory(`seal:${house.tenant.appKey}:default`);
  const atSecond = await second.openDm(bob.userId);
  await say(atSecond, 'sent');
  server.lie({ inputs: { 'messages.send': () => refuse('UNAVAILABLE') } });
  await atSecond.send('about to be sent');
  await server.expectFired();
  const secrets = await secretsIn(store);
  expect(await found(store, secrets)).toEqual([...secrets.keys()]);

  await alice.client.revokeDevice(deviceIdOf(second));
  await until(second.account, ({ status }) => status === 'revoked', 'the removal');
  await expect.poll(() => found(store, secrets)).toEqual([]);
  // What the person reads is there.
  await expectShown(atSecond, ['sent', 'about to be sent']);
  await second.close();
  const next = house.open({ store: factory });
  const again = next.conversation(atSecond.conversationId);
  await until(again.messages, ({ isLoaded }) => isLoaded, 'the messages');
  expect(texts(again)).toEqual(['sent', 'about to be sent']);
});
