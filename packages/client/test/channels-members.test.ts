import { selectKem } from '@seal-chat/crypto';
import { decryptMessage, processCommit, type GroupState } from '@seal-chat/crypto/mls';
import { CHANNEL_LIMITS, fromBase64 } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSealError } from '../src/index.ts';
import { decodeRow } from '../src/store/row-codec.ts';
import type { AccountRow } from '../src/store/rows.ts';
import {
  addDevice,
  events,
  expectAmong,
  expectSaid,
  isSettled,
  joined,
  said,
  say,
  settle,
  stocked,
} from './support/channel.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { copyDisk, createDisk } from './support/mortal.ts';
import { createNetwork, type Network } from './support/network.ts';
import { online, until } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('admins of a channel', () => {
  it('two admins add and remove people at the same time, and the group becomes what both wanted', async () => {
    const [alice, bob, carol, dave, erin] = await settle(house, 5);
    const { conversationId } = await alice!.client.createChannel({
      name: 'Busy',
      visibility: 'private',
      members: [bob!.userId, carol!.userId],
    });
    const [atAlice, atBob] = await Promise.all([
      joined(alice!.client, conversationId),
      joined(bob!.client, conversationId),
      joined(carol!.client, conversationId),
    ]);
    await atAlice.channel!.setRole(bob!.userId, 'admin');
    await Promise.all([
      atAlice.channel!.add([dave!.userId]),
      atBob.channel!.remove(carol!.userId),
      atBob.channel!.add([erin!.userId]),
      say(atAlice, 'from alice'),
      say(atBob, 'from bob'),
    ]);
    const [atDave, atErin] = await Promise.all([
      joined(dave!.client, conversationId),
      joined(erin!.client, conversationId),
    ]);
    await isSettled(alice!.client, conversationId);
    await say(atDave, 'from dave');
    await say(atErin, 'from erin');
    for (const channel of [atAlice, atBob]) {
      await expectAmong(channel, ['from alice', 'from bob', 'from dave', 'from erin']);
    }
    await expectAmong(atDave, ['from dave', 'from erin']);
    expect(said(atAlice)).toEqual(said(atBob));
    const members = (): unknown =>
      atAlice.summary
        .get()
        ?.members.map(({ userId }) => userId)
        .toSorted();
    await expect.poll(members).toEqual([alice!, bob!, dave!, erin!].map(({ userId }) => userId).toSorted());
  });
});

describe('a new device', () => {
  it('a new device enters the channels of its account although no other device is online', async () => {
    const [alice] = await settle(house, 1);
    const bob = await house.enterWithCode('Bobby');
    await online(bob.client);
    const { conversationId } = await alice!.client.createChannel({
      name: 'Alone',
      visibility: 'private',
      members: [bob.userId],
    });
    const atAlice = await joined(alice!.client, conversationId);
    await joined(bob.client, conversationId);
    await say(atAlice, 'before');
    await Promise.all([alice!.client.close(), bob.client.close()]);

    const regained = house.open();
    await regained.recover({ username: 'bobby', recoveryCode: bob.recoveryCode });
    const atRegained = await joined(regained, conversationId);
    await say(atRegained, 'from the new device');
    const again = house.open({ store: alice!.store });
    const atAgain = await joined(again, conversationId);
    await expectSaid(atAgain, ['before', 'from the new device']);
    await until(atRegained.summary, (summary) => summary?.name === 'Alone', 'the name, from a member who knows it');
  });
});

describe('a device that is taken in by its last-resort KeyPackage', () => {
  it('a device that joined by its last-resort KeyPackage renews its leaf at once, as others may know those keys', async () => {
    const [alice, bob] = await settle(house, 2);
    // All of them, or those that are still on the way come after the stock was emptied.
    await stocked(bob!.client, CHANNEL_LIMITS.keyPackageTarget);
    const { sql } = house.relay;
    await until(bob!.client.account, ({ status }) => status === 'signed-in');
    const account = bob!.client.account.get();
    if (account.status !== 'signed-in') throw new Error('not signed in');
    await bob!.client.close();
    await sql`delete from key_packages where device_id = ${account.deviceId}`;
    const { conversationId } = await alice!.client.createChannel({
      name: 'Last resort',
      visibility: 'private',
      members: [bob!.userId],
    });
    const atAlice = await joined(alice!.client, conversationId);
    await until(atAlice.messages, () => events(atAlice).includes('added'), 'bob to be taken in');
    const again = house.open({ store: bob!.store });
    await joined(again, conversationId);
    const committers = async () => {
      const { entries } = await alice!.client.api.channels.log.query({ conversationId, after: 0, limit: 100 });
      return entries.filter(({ kind }) => kind === 'commit').map(({ senderUserId }) => senderUserId);
    };
    const deadline = Date.now() + patient(10_000);
    while ((await committers()).length < 2 && Date.now() < deadline) await new Promise((go) => setTimeout(go, 50));
    expect(await committers()).toEqual([alice!.userId, bob!.userId]);
    await say(atAlice, 'under new keys');
    await expectSaid(again.conversation(conversationId), ['under new keys']);
  });
});

describe('devices that must leave a channel', () => {
  /** Waits until the server has taken the removal: the device that asked for it is dead, its request is not. */
  async function taken(deviceId: string): Promise<void> {
    const removed = () => house.relay.sql`select 1 from devices where id = ${deviceId} and removed_at is not null`;
    await expect.poll(removed, { timeout: patient(10_000) }).toHaveLength(1);
  }

  it('nothing is sent before a revoked device is removed, even when no one was online to remove it', async () => {
    const [bob] = await settle(house, 1);
    const disk = createDisk();
    const life = disk.live();
    const alice = house.open(life);
    await alice.createAccount({ username: null });
    await online(alice);
    const second = await addDevice(house, alice);
    const { conversationId } = await alice.createChannel({
      name: 'Lost phone',
      visibility: 'private',
      members: [bob!.userId],
    });
    const atSecond = await joined(second, conversationId);
    const atBob = await joined(bob!.client, conversationId);
    await isSettled(alice, conversationId);
    await say(atBob, 'to both');
    await expectSaid(atSecond, ['to both']);
    await bob!.client.close();

    const lost = (await alice.listDevices()).find(({ isThisDevice }) => !isThisDevice)!.deviceId;
    life.dieCalling('devices.update');
    await Promise.race([alice.revokeDevice(lost), life.death]);
    await taken(lost);
    life.kill();
    const { sql } = house.relay;
    const leaves = () =>
      sql`select 1 from channel_leaves where conversation_id = ${conversationId} and device_id = ${lost}`;
    expect(await leaves()).toHaveLength(1);

    const again = house.open({ store: bob!.store });
    const atAgain = again.conversation(conversationId);
    await until(atAgain.summary, (summary) => summary?.channel?.state === 'joined');
    await say(atAgain, 'not for the lost one');
    expect(await leaves()).toHaveLength(0);
    const entries = await sql`
      select kind from messages where conversation_id = ${conversationId} order by seq desc limit 2`;
    expect(entries.map((entry) => entry['kind'])).toEqual(['message', 'commit']);
    expect(said(atSecond)).toEqual(['to both']);
  });

  it('nothing is sent to a revoked device although the server says that it may stay', async () => {
    const disk = createDisk();
    const life = disk.live();
    const alice = house.open(life);
    await alice.createAccount({ username: null });
    await online(alice);
    const second = await addDevice(house, alice);
    const network = createNetwork();
    const bob = await house.enter(null, network);
    await online(bob.client);
    const { conversationId } = await alice.createChannel({
      name: 'Stubborn server',
      visibility: 'private',
      members: [bob.userId],
    });
    const atSecond = await joined(second, conversationId);
    const atBob = await joined(bob.client, conversationId);
    await isSettled(alice, conversationId);
    await say(atBob, 'to both');
    await expectSaid(atSecond, ['to both']);

    const lost = (await alice.listDevices()).find(({ isThisDevice }) => !isThisDevice)!.deviceId;
    life.dieCalling('devices.update');
    await Promise.race([alice.revokeDevice(lost), life.death]);
    await taken(lost);
    life.kill();
    const { sql } = house.relay;
    const isRemoved = (value: Date | null) => sql`update devices set removed_at = ${value} where id = ${lost}`;
    await isRemoved(null);
    // He has the new list, tries to take it out, and sends nothing as long as he may not.
    await triesToCommit(network, 1);
    const { messageId } = await atBob.send('not for the lost one');
    const isPlaced = (): boolean =>
      atBob.messages.get().messages.some((message) => message.messageId === messageId && message.seq !== null);
    await triesToCommit(network, 1 + removals(network));
    expect(isPlaced()).toBe(false);
    expect(network.sent.some((text) => text.includes(messageId))).toBe(false);
    await isRemoved(new Date());
    await until(atBob.messages, isPlaced, 'the message to be sent');
    expect(said(atSecond)).toEqual(['to both']);
    const left =
      await sql`select 1 from channel_leaves where conversation_id = ${conversationId} and device_id = ${lost}`;
    expect(left).toHaveLength(0);
  });

  it('the device of a removed member, kept running with its old state, opens nothing sent afterwards', async () => {
    const [alice, bob] = await settle(house, 2);
    const disk = createDisk();
    const life = disk.live();
    const carol = house.open(life);
    await carol.createAccount({ username: null });
    await online(carol);
    await stocked(carol);
    const { conversationId } = await alice!.client.createChannel({
      name: 'Secret',
      visibility: 'private',
      members: [bob!.userId, userIdOf(carol)],
    });
    const atAlice = await joined(alice!.client, conversationId);
    const atBob = await joined(bob!.client, conversationId);
    const atCarol = await joined(carol, conversationId);
    await isSettled(alice!.client, conversationId);
    await say(atAlice, 'with carol');
    await expectAmong(atCarol, ['with carol']);
    const before = copyDisk(disk);

    await atAlice.channel!.remove(userIdOf(carol));
    await until(atCarol.summary, (summary) => summary?.channel?.state === 'left', 'to be out');
    await say(atAlice, 'without carol');
    await say(atBob, 'nor this');
    await expectAmong(atBob, ['without carol', 'nor this']);
    // Its keys are gone, and what it has read is still there.
    expect(disk.rows.get(`group/${conversationId}`)).toBeNull();
    expect(disk.rows.get(`group-ratchets/${conversationId}`)).toBeNull();
    expect(said(atCarol)).toContain('with carol');
    await until(atAlice.messages, () => events(atAlice).includes('removed'));

    // A device that keeps its keys against the rules, and gets the log from another.
    const account = decodeRow<AccountRow>(before.rows.get('account')!);
    const group = decodeRow<{ state: GroupState['epoch']; epoch: number }>(before.rows.get(`group/${conversationId}`)!);
    const state = { epoch: group.state, ratchets: before.rows.get(`group-ratchets/${conversationId}`)!.slice(1) };
    const rng = (n: number) => crypto.getRandomValues(new Uint8Array(n));
    const deps = { subtle: crypto.subtle, rng, kem: () => selectKem(crypto.subtle, rng), now: Date.now() };
    const { entries } = await bob!.client.api.channels.log.query({ conversationId, after: 0, limit: 100 });
    const later = entries.filter((entry) => 'epoch' in entry && entry.epoch >= group.epoch);
    const texts = later.filter((entry) => entry.kind === 'message' && entry.epoch > group.epoch);
    expect(texts.length).toBeGreaterThanOrEqual(2);
    for (const entry of texts) {
      const from = { userId: entry.senderUserId, deviceId: entry.senderDeviceId };
      const message = fromBase64('envelope' in entry ? entry.envelope : '')!;
      await expect(decryptMessage(deps, { state, message, from })).rejects.toSatisfy((error) => isSealError(error));
    }
    for (const entry of later) {
      if (entry.kind !== 'commit') continue;
      const processed = processCommit(deps, {
        state,
        commit: fromBase64(entry.commit)!,
        identity: { ...account, deviceId: account.device.deviceId, signKey: account.device.sign },
        authenticate: () => true,
        from: { userId: entry.senderUserId, deviceId: entry.senderDeviceId },
      });
      if (entry.epoch === group.epoch) expect((await processed).state).toBeNull();
      else await expect(processed).rejects.toSatisfy((error) => isSealError(error));
    }
  });
});

/** Commits that were sent to remove a member. */
function removals({ sent }: Network): number {
  return sent.filter((text) => text.includes('channels.commit') && text.includes('"removes":["')).length;
}

async function triesToCommit(network: Network, count: number): Promise<void> {
  const deadline = Date.now() + patient(15_000);
  while (removals(network) < count) {
    if (Date.now() > deadline) throw new Error(`${removals(network)} of ${count} Commits`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
