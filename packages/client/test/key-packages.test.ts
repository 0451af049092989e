import { CHANNEL_LIMITS, toBase64 } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Conversation, SealClient, UserId } from '../src/index.ts';
import { addDevice, expectAmong, expectSaid, isSettled, joined, say, settle } from './support/channel.ts';
import { deviceIdOf, openHouse, userIdOf, type House, type Resident } from './support/house.ts';
import { createLyingServer } from './support/lying-server.ts';
import { createDisk } from './support/mortal.ts';
import { online } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

const code = vi.hoisted(() => ({ loads: 0 }));
vi.mock(import('../src/channels/load.ts'), async (original) => {
  const { loadChannels } = await original();
  return {
    loadChannels: () => {
      code.loads++;
      return loadChannels();
    },
  };
});

/** As the widget has it: the code of channels is not there before it is needed. */
const ON_DEMAND = { channels: 'on-demand' } as const;
const TIMEOUT = { timeout: patient(10_000) };
const SAID = ['Shall we meet at six?', 'By the harbour'];

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** A channel of Alice's with `member`, and what she says in it at once. */
async function channelWith(alice: Resident, member: UserId): Promise<Conversation> {
  const { conversationId } = await alice.client.createChannel({
    name: 'At once',
    visibility: 'private',
    members: [member],
  });
  const channel = alice.client.conversation(conversationId);
  for (const text of SAID) await say(channel, text);
  return channel;
}

const statusOf = (client: SealClient) => client.api.channels.keyPackageStatus.query({});

describe('the KeyPackages of a device that has nothing to do with channels', () => {
  // The first: nothing else may load the code of channels meanwhile.
  it('are few, and are renewed in time without the code of channels', async () => {
    const bob = await house.enter(null, ON_DEMAND);
    const first = await statusOf(bob.client);
    expect(first).toMatchObject({
      oneTime: { length: CHANNEL_LIMITS.keyPackagesAtFirst },
      lastResort: expect.any(String),
    });
    await bob.client.close();

    const now = () => Date.now() + CHANNEL_LIMITS.lastResortRotationMs + 60_000;
    const again = house.open({ ...ON_DEMAND, store: bob.store, now });
    await online(again);
    await expect.poll(async () => (await statusOf(again)).lastResort, TIMEOUT).not.toBe(first.lastResort);
    expect((await statusOf(again)).oneTime.toSorted()).toEqual(first.oneTime.toSorted());
    expect(code.loads).toBe(0);
  });

  it('are filled up when one was used', async () => {
    const [alice] = await settle(house, 1);
    const bob = await house.enter(null, ON_DEMAND);
    await online(bob.client);
    const { oneTime } = await statusOf(bob.client);
    await channelWith(alice!, bob.userId);
    const isFilledUp = async () => {
      const now = await statusOf(bob.client);
      return now.oneTime.length >= oneTime.length && now.oneTime.some((ref) => !oneTime.includes(ref));
    };
    await expect.poll(isFilledUp, TIMEOUT).toBe(true);
  });
});

describe('a device that was never in a channel', () => {
  it('is taken in while it is away, and reads everything, although it left right after its registration', async () => {
    const [alice] = await settle(house, 1);
    const disk = createDisk();
    const life = disk.live();
    const bob = house.open({ ...life, ...ON_DEMAND });
    await bob.createAccount({ username: null });
    const bobId = userIdOf(bob);
    life.kill();

    const { conversationId } = await channelWith(alice!, bobId);
    const atBob = await joined(house.open({ ...disk.live(), ...ON_DEMAND }), conversationId);
    await expectSaid(atBob, SAID);
  });

  it('reads everything, although it died before it heard that it was registered', async () => {
    const [alice] = await settle(house, 1);
    const disk = createDisk();
    const life = disk.live();
    life.dieCalling('auth.register');
    void house.open({ ...life, ...ON_DEMAND }).createAccount({ username: 'unheard', recoveryCode: false });
    await life.death;
    const find = async () => (await alice!.client.searchUsers('unheard'))[0]?.userId;
    await expect.poll(find, TIMEOUT).toBeDefined();

    const { conversationId } = await channelWith(alice!, (await find())!);
    const atBob = await joined(house.open({ ...disk.live(), ...ON_DEMAND }), conversationId);
    await expectSaid(atBob, SAID);
  });

  it('is taken in by the others when it was linked and left at once', async () => {
    const [alice, bob] = await settle(house, 2);
    const channel = await channelWith(alice!, bob!.userId);
    await joined(bob!.client, channel.conversationId);
    const disk = createDisk();
    const life = disk.live();
    await addDevice(house, bob!.client, { ...life, ...ON_DEMAND });
    life.kill();

    await isSettled(alice!.client, channel.conversationId);
    await say(channel, 'to the new device, too');
    const atBob = await joined(house.open({ ...disk.live(), ...ON_DEMAND }), channel.conversationId);
    await expectAmong(atBob, ['to the new device, too']);
  });
});

describe('a server that', () => {
  it('drops the KeyPackages of a registration gets others as soon as the device is connected', async () => {
    const server = createLyingServer();
    server.lie({ inputs: { 'auth.register': ({ keyPackages: _dropped, ...input }) => input } });
    const bob = await house.enter(null, { ...ON_DEMAND, ...server });
    await server.expectFired();
    const { keyPackagesAtFirst: length } = CHANNEL_LIMITS;
    const stock = { oneTime: { length }, lastResort: expect.any(String) as string };
    await expect.poll(() => statusOf(bob.client), TIMEOUT).toMatchObject(stock);
    const [alice] = await settle(house, 1);
    const { conversationId } = await channelWith(alice!, bob.userId);
    await expectSaid(await joined(bob.client, conversationId), SAID);
  });

  it('puts those of another device in their place lets nobody in, and the device joins on its own', async () => {
    const [alice, mallory] = await settle(house, 2);
    const errors: string[] = [];
    alice!.client.on('error', ({ code: error }) => errors.push(error));
    const stolen = await house.relay.sql<{ ref: Uint8Array; bytes: Uint8Array }[]>`
      select ref, bytes from last_resort_key_packages where device_id = ${deviceIdOf(mallory!.client)}`;
    const lastResort = { ref: toBase64(stolen[0]!.ref), bytes: toBase64(stolen[0]!.bytes) };
    const server = createLyingServer();
    server.lie({
      inputs: {
        'auth.register': (input) => ({ ...input, keyPackages: { oneTime: [], lastResort } }),
        'channels.publishKeyPackages': () => ({ oneTime: [], lastResort: null }),
      },
    });
    const bob = await house.enter(null, { ...ON_DEMAND, ...server });
    await server.expectFired();
    const channel = await channelWith(alice!, bob.userId);
    const atBob = await joined(bob.client, channel.conversationId);
    // He may have come in on his own before she looked.
    expect(errors.filter((error) => error !== 'MALFORMED')).toEqual([]);
    const members = await house.relay.sql<{ id: string }[]>`
      select device_id as id from channel_leaves where conversation_id = ${channel.conversationId}`;
    expect(members.map(({ id }) => id).toSorted()).toEqual([alice!.client, bob.client].map(deviceIdOf).toSorted());
    await say(channel, 'for both of us');
    await expectAmong(atBob, ['for both of us']);
  });
});
