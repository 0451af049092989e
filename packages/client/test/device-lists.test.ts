import {
  createDeviceKeys,
  extendDeviceList,
  replaceAccountKey,
  type Curves,
  type DeviceKeys,
  type DeviceListState,
} from '@seal-chat/crypto';
import {
  COUNT_LIMITS,
  SYNC_TOPICS,
  SealError,
  asKey,
  isSealError,
  newId,
  toBase64,
  type ContentKey,
  type ConversationId,
  type MessageId,
  type UserId,
} from '@seal-chat/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SealApi } from '../src/index.ts';
import { createClock } from '../src/context/clock.ts';
import type { Deps } from '../src/context/deps.ts';
import { acceptIdentity } from '../src/peers/accept-identity.ts';
import { learnDeviceLists, learnPast } from '../src/peers/device-lists.ts';
import { safetyNumberWith } from '../src/peers/safety-number.ts';
import { senderDevice } from '../src/peers/sender-device.ts';
import { answerRetries } from '../src/send/answer-retries.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import { rowReader, transact, type DeviceTx, type RowReader } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { NOW, curves, extend, person, rng, tenantId, type Person } from './support/listed-person.ts';

/** What the server answers is made up here, as a server would that lies. */

let time = NOW;

let reader: RowReader;
let write: <T>(task: (tx: DeviceTx) => Promise<T>) => Promise<T>;
let served: Map<UserId, readonly DeviceListState[]>;
let deps: Parameters<typeof learnDeviceLists>[0];
let me: Person;
let bob: Person;

beforeEach(async () => {
  time = NOW;
  const store = await memoryStore()('s');
  reader = rowReader(store);
  write = (task) => transact({ store, committed: () => {} }, task);
  served = new Map();
  const query = async ({ users }: { users: readonly { userId: UserId; since: number }[] }) => ({
    lists: users.map(({ userId, since }) => ({
      userId,
      chain: (served.get(userId) ?? [])
        .filter(({ list }, i, all) => (since === 0 ? i === all.length - 1 : list.version > since))
        .map(({ signed }) => ({ bytes: toBase64(signed.bytes), signature: toBase64(signed.signature) })),
    })),
  });
  const api = { devices: { lists: { query } } } as unknown as SealApi;
  deps = { api, reader, transact: write, curves, now: () => time, clock: createClock(() => time) };
  [me, bob] = await Promise.all([person(), person()]);
  served.set(bob.account.userId, bob.chain);
  served.set(me.account.userId, me.chain);
  await write(async (tx) =>
    tx.put(ROWS.account, {
      status: 'active',
      tenantId,
      userId: me.account.userId,
      username: null,
      identityKey: me.identity.publicKey,
      identitySeed: null,
      accountKey: me.account.key,
      archive: me.account.archive,
      device: me.devices[0]!,
      recoveryCode: null,
      unpublished: null,
      unlockFor: null,
      newDevices: [],
    }),
  );
});

const learn = (who: Person, from?: 'newest') => learnDeviceLists(deps, [who.account.userId], from);
const shownNumber = async (who: Person) => (await safetyNumberWith(deps, who.account.userId))!;
const known = async (who: Person) => reader.get(ROWS.peer(who.account.userId));
const refusal = (code: Parameters<typeof isSealError>[1]) => (error: unknown) => isSealError(error, code);

describe('device lists of others', () => {
  it('device lists are followed from version to version', async () => {
    await learn(bob);
    await extend(bob, { add: [await createDeviceKeys({ curves, rng })] });
    await learn(bob);
    expect((await known(bob))?.known.list.version).toBe(2);
    await learn(bob, 'newest');
    expect((await known(bob))?.known.list.devices).toHaveLength(2);
  });

  it('a list is stored with the time at which it was learned, and one that is known already keeps its own', async () => {
    await learn(bob);
    expect((await known(bob))?.learnedAt).toBe(NOW);
    await extend(bob, { add: [await createDeviceKeys({ curves, rng })] });
    time = NOW + 1_000;
    const written: number[] = [];
    const watched: typeof write = (task) =>
      write(async (tx) => {
        const result = await task(tx);
        const peer = await tx.get(ROWS.peer(bob.account.userId));
        if (peer?.known.list.version === 2) written.push(peer.learnedAt);
        return result;
      });
    await learnDeviceLists({ ...deps, transact: watched }, [bob.account.userId]);
    expect(written).toEqual([NOW + 1_000]);
    time = NOW + 2_000;
    await learn(bob, 'newest');
    expect((await known(bob))?.learnedAt).toBe(NOW + 1_000);
  });

  it('a person is called by the first list of theirs, and by no later one', async () => {
    const carol = await person(newId(rng(16)), 'carol');
    served.set(carol.account.userId, carol.chain);
    const name = ROWS.name(carol.account.userId);
    await write(async (tx) => tx.put(name, 'dave'));
    await learn(carol);
    expect(await reader.get(name)).toBe('carol');
    const previous = carol.chain.at(-1)!;
    const renamed = { ...carol.account, username: 'bob' };
    const author = carol.devices[0]!.deviceId;
    carol.chain.push(await extendDeviceList({ curves, rng, account: renamed, previous, author, now: NOW }));
    await learn(carol);
    expect((await known(carol))?.known.list).toMatchObject({ version: 2, username: 'bob' });
    expect(await reader.get(name)).toBe('carol');
  });

  it('a person who replaces devices without end takes up bounded room; the newest still count, for a day', async () => {
    await learn(bob);
    for (let version = 0, others: DeviceKeys[] = []; version < 60; version++) {
      const next = await Promise.all(Array.from({ length: 19 }, () => createDeviceKeys({ curves, rng })));
      await extend(bob, { add: next, remove: others });
      others = next;
    }
    await learn(bob);
    const peer = (await known(bob))!;
    expect([peer.retired.length, peer.known.removed.length]).toEqual([512, 1_024]);
    for (const { device, removedIn } of peer.retired.slice(-400))
      expect(senderDevice(peer, { deviceId: device.deviceId, version: removedIn - 1, now: NOW })).toBe(device);
  });

  it('a chain that goes on and on is followed for ten answers at a time, and what they say is kept', async () => {
    await learn(bob);
    const author = bob.devices[0]!.deviceId;
    // Two thousand signatures would take seconds, and are not what is asked for here.
    const unsigned = { ...curves, sign: async () => new Uint8Array(64), verify: async () => true } as Curves;
    for (let version = 2; version <= 2_100; version++) {
      const account = { ...bob.account, username: version % 2 === 0 ? 'even' : 'odd' };
      const made = { curves: unsigned, rng, account, previous: bob.chain.at(-1)!, author, now: NOW };
      bob.chain.push(await extendDeviceList(made));
    }
    const [{ query }, asked] = [deps.api.devices.lists, [] as number[]];
    const page = async (input: Parameters<typeof query>[0]) => {
      asked.push(input.users[0]!.since);
      const { lists } = await query(input);
      return { lists: lists.map((list) => ({ ...list, chain: list.chain.slice(0, COUNT_LIMITS.deviceListChain) })) };
    };
    const paged = { ...deps, curves: unsigned, api: { devices: { lists: { query: page } } } as unknown as SealApi };
    await expect(learnDeviceLists(paged, [bob.account.userId])).rejects.toSatisfy(refusal('DEVICE_LIST_REJECTED'));
    expect([asked.length, (await known(bob))?.known.list.version]).toEqual([10, 2_001]);
    await learnDeviceLists(paged, [bob.account.userId]);
    expect((await known(bob))?.known.list.version).toBe(2_100);
  });

  it('a list under another identity key stops all sending until the person accepts it', async () => {
    await learn(bob);
    const impostor = await person(bob.account.userId);
    await extend(impostor, { add: [await createDeviceKeys({ curves, rng })] });
    served.set(bob.account.userId, impostor.chain);
    await learn(bob);
    const before = await known(bob);
    expect(before?.changedKey).toEqual(impostor.identity.publicKey);
    expect(before?.known.certificate.identityKey).toEqual(bob.identity.publicKey);
    const claim = { deviceId: bob.devices[0]!.deviceId, version: 1, now: NOW };
    expect(() => senderDevice(before, claim)).toThrow(expect.toSatisfy(refusal('IDENTITY_CHANGED')));

    await acceptIdentity(deps, bob.account.userId, await shownNumber(bob));
    const after = await known(bob);
    expect(after).toMatchObject({ changedKey: null, known: { list: { version: 2 } } });
    expect(senderDevice(after, { ...claim, deviceId: impostor.devices[0]!.deviceId }).deviceId).toBe(
      impostor.devices[0]!.deviceId,
    );
  });

  it('accepting one changed key does not accept a third', async () => {
    await learn(bob);
    const [second, third] = await Promise.all([person(bob.account.userId), person(bob.account.userId)]);
    await extend(second, { add: [await createDeviceKeys({ curves, rng })] });
    served.set(bob.account.userId, second.chain);
    await learn(bob);
    served.set(bob.account.userId, third.chain);
    await expect(acceptIdentity(deps, bob.account.userId, await shownNumber(bob))).rejects.toSatisfy(
      refusal('IDENTITY_CHANGED'),
    );
    expect((await known(bob))?.changedKey).not.toBeNull();
  });

  it('accepting names the key that was compared: another one shown meanwhile is not accepted', async () => {
    await learn(bob);
    const [second, third] = await Promise.all([person(bob.account.userId), person(bob.account.userId)]);
    for (const one of [second, third]) await extend(one, { add: [await createDeviceKeys({ curves, rng })] });
    served.set(bob.account.userId, second.chain);
    await learn(bob);
    const compared = await shownNumber(bob);
    // The person compares; meanwhile the server shows a third key.
    served.set(bob.account.userId, third.chain);
    await learn(bob);
    expect(await shownNumber(bob)).not.toBe(compared);
    await expect(acceptIdentity(deps, bob.account.userId, compared)).rejects.toSatisfy(refusal('IDENTITY_CHANGED'));
    expect((await known(bob))?.known.certificate.identityKey).toEqual(bob.identity.publicKey);
    await acceptIdentity(deps, bob.account.userId, await shownNumber(bob));
    expect((await known(bob))?.known.certificate.identityKey).toEqual(third.identity.publicKey);
  });

  it('what was sent before a key changed is answered to nobody who asks for it under the new one', async () => {
    await learn(bob);
    const conversationId = newId<ConversationId>(rng(16));
    const { deviceId, dh } = bob.devices[0]!;
    const sent = { userId: bob.account.userId, deviceId, sessionId: rng(32), dhKey: dh.publicKey, retries: 0 };
    const row = { contentKey: asKey<ContentKey>(rng(32)), bodyHash: rng(32), acceptedAt: NOW, devices: [sent] };
    await write(async (tx) => tx.put(ROWS.sent(conversationId, 1), row));
    const impostor = await person(bob.account.userId);
    await extend(impostor, { add: [await createDeviceKeys({ curves, rng })] });
    served.set(bob.account.userId, impostor.chain);
    await learn(bob);
    await acceptIdentity(deps, bob.account.userId, await shownNumber(bob));
    expect((await reader.get(ROWS.sent(conversationId, 1)))?.devices).toEqual([]);
  });

  it('nothing is sent again to a key that is not the one that was compared on another device', async () => {
    await learn(bob);
    const conversationId = newId<ConversationId>(rng(16));
    const [{ userId }, { deviceId, dh }] = [bob.account, bob.devices[0]!];
    const sent = { userId, deviceId, sessionId: rng(32), dhKey: dh.publicKey, retries: 0 };
    const row = { contentKey: asKey<ContentKey>(rng(32)), bodyHash: rng(32), acceptedAt: NOW, devices: [sent] };
    const asked = ROWS.answer(conversationId, 1, deviceId);
    const mark = { subject: userId, field: 0, value: rng(32), writtenAt: NOW, writeId: newId<MessageId>(rng(16)) };
    await write(async (tx) => {
      tx.put(ROWS.sent(conversationId, 1), row);
      tx.put(asked, { conversationId, seq: 1, userId, deviceId, envelope: null, notBefore: 0 });
      tx.put(ROWS.register(SYNC_TOPICS.verified, userId, 0), mark);
    });
    await answerRetries(deps as unknown as Deps);
    expect(await reader.get(asked)).toBeNull();
  });

  it('nothing is sent again to another key that has the id of the device it was sent to', async () => {
    await Promise.all([learn(bob), learn(me)]);
    const conversationId = newId<ConversationId>(rng(16));
    const [{ userId }, { deviceId, dh }] = [bob.account, bob.devices[0]!];
    const asked = ROWS.answer(conversationId, 1, deviceId);
    const mutate = () => Promise.reject(new SealError('UNAVAILABLE'));
    const api = { ...deps.api, preKeys: { claim: { mutate } } };
    const answer = async ({ publicKey: dhKey }: typeof dh): Promise<void> => {
      const devices = [{ userId, deviceId, sessionId: rng(32), dhKey, retries: 0 }];
      const row = { contentKey: asKey<ContentKey>(rng(32)), bodyHash: rng(32), acceptedAt: NOW, devices };
      await write(async (tx) => {
        tx.put(ROWS.sent(conversationId, 1), row);
        tx.put(asked, { conversationId, seq: 1, userId, deviceId, envelope: null, notBefore: 0 });
      });
      await answerRetries({ ...deps, api, localNow: () => time } as unknown as Deps);
    };
    await answer((await createDeviceKeys({ curves, rng })).dh);
    expect(await reader.get(asked)).toBeNull();
    // The device itself is to be answered: that takes one of its prekeys.
    await expect(answer(dh)).rejects.toSatisfy(refusal('UNAVAILABLE'));
    expect(await reader.get(asked)).not.toBeNull();
  });

  it('lists that are rolled back or forked are refused, and the known list stays', async () => {
    await extend(bob, { add: [await createDeviceKeys({ curves, rng })] });
    await learn(bob);
    served.set(bob.account.userId, bob.chain.slice(0, 1));
    await expect(learn(bob, 'newest')).rejects.toSatisfy(refusal('DEVICE_LIST_REJECTED'));
    const fork = { ...bob, chain: bob.chain.slice(0, 1) };
    await extend(fork, { add: [await createDeviceKeys({ curves, rng })] });
    served.set(bob.account.userId, fork.chain);
    await expect(learn(bob, 'newest')).rejects.toSatisfy(refusal('DEVICE_LIST_REJECTED'));
    expect((await known(bob))?.known.hash).toEqual(bob.chain[1]!.hash);
  });

  it('a list vouches for a device only in the versions that held it, and only for a while after it left', async () => {
    const second = await createDeviceKeys({ curves, rng });
    await extend(bob, { add: [second] });
    await learn(bob);
    await extend(bob, { remove: [second] });
    await learn(bob);
    const peer = await known(bob);
    const claim =
      (version: number, now = NOW) =>
      () =>
        senderDevice(peer, { deviceId: second.deviceId, version, now });
    expect(claim(1)).toThrow(expect.toSatisfy(refusal('UNVERIFIED_DEVICE')));
    expect(claim(2)().deviceId).toBe(second.deviceId);
    expect(claim(3)).toThrow(expect.toSatisfy(refusal('UNVERIFIED_DEVICE')));
    expect(claim(4)).toThrow(expect.toSatisfy(refusal('UNVERIFIED_DEVICE')));
    expect(claim(2, NOW + 25 * 60 * 60 * 1000)).toThrow(expect.toSatisfy(refusal('UNVERIFIED_DEVICE')));
  });
});

describe('replaced account keys', () => {
  /** Bob under his next account key. */
  async function replaceKey(who: Person): Promise<Person> {
    const previous = who.chain.at(-1)!;
    return { ...who, account: await replaceAccountKey({ curves, rng, identity: who.identity, previous }) };
  }

  it('who has seen the new key refuses what the old one signs, and the identity stays the same', async () => {
    const stolen = await createDeviceKeys({ curves, rng });
    await extend(bob, { add: [stolen] });
    await learn(bob);
    const number = await shownNumber(bob);
    const after = await replaceKey(bob);
    await extend(after, { remove: [stolen] });
    await learn(after);
    expect((await known(bob))?.known.certificate.number).toBe(2);
    expect(await shownNumber(bob)).toBe(number);
    // The thief, with the old account key, and a server that shows what he signs.
    const thief = { ...after, account: bob.account, chain: [...after.chain] };
    const mine = await createDeviceKeys({ curves, rng });
    await extend(thief, { add: [mine], author: mine });
    served.set(bob.account.userId, thief.chain);
    await expect(learn(bob)).rejects.toSatisfy(refusal('DEVICE_LIST_REJECTED'));
    expect((await known(bob))?.known.list.version).toBe(3);
  });

  it('a removal by another device is open until the account key is replaced', async () => {
    const [lost, left] = [await createDeviceKeys({ curves, rng }), await createDeviceKeys({ curves, rng })];
    await extend(me, { add: [lost] });
    await extend(me, { add: [left] });
    await learn(me);
    // A device that leaves took its keys with it.
    await extend(me, { remove: [left], author: left });
    await learn(me);
    expect((await reader.get(ROWS.account))?.unlockFor).toBeNull();
    await extend(me, { remove: [lost] });
    await learn(me);
    expect((await reader.get(ROWS.account))?.unlockFor).toBe('removal');
    const after = await replaceKey(me);
    await extend(after, {});
    await learn(after);
    expect((await reader.get(ROWS.account))?.unlockFor).toBeNull();
  });
});

describe('what came before the list that was seen first', () => {
  it('is fetched when a device of then has sent something, and has to lead to the known list', async () => {
    const [early, late] = [await createDeviceKeys({ curves, rng }), await createDeviceKeys({ curves, rng })];
    await extend(bob, { add: [early] });
    await extend(bob, { remove: [early] });
    await extend(bob, { add: [late] });
    await learn(bob);
    const claim = { deviceId: early.deviceId, version: 2, now: NOW };
    expect((await known(bob))?.knownFrom).toBe(4);
    const before = await known(bob);
    expect(() => senderDevice(before, claim)).toThrow(expect.toSatisfy(refusal('UNVERIFIED_DEVICE')));
    // A server that makes up a past of its own.
    const liar = await person(bob.account.userId);
    await extend(liar, { add: [early] });
    await extend(liar, { remove: [early] });
    served.set(bob.account.userId, [...liar.chain.slice(0, 3), bob.chain[3]!]);
    await expect(learnPast(deps, bob.account.userId, 2)).rejects.toSatisfy(refusal('IDENTITY_CHANGED'));
    expect((await known(bob))?.retired).toEqual([]);
    served.set(bob.account.userId, bob.chain);
    await learnPast(deps, bob.account.userId, 2);
    expect(senderDevice(await known(bob), claim).deviceId).toBe(early.deviceId);
  });
});

describe("this account's device list", () => {
  it('a list without this device means that the device was removed', async () => {
    const other = await createDeviceKeys({ curves, rng });
    await extend(me, { add: [other] });
    await learn(me);
    await extend(me, { remove: [me.devices[0]!] });
    await expect(learn(me)).rejects.toSatisfy(refusal('DEVICE_REVOKED'));
    expect((await reader.get(ROWS.account))?.status).toBe('revoked');
    // Nothing secret is left.
    const account = (await reader.get(ROWS.account))!;
    const { dh, sign } = account.device;
    for (const key of [dh.privateKey, sign.privateKey, account.accountKey.privateKey, account.archive.key]) {
      expect(key.every((byte) => byte === 0)).toBe(true);
    }
  });

  it('a list under another identity key is never accepted', async () => {
    const impostor = await person(me.account.userId);
    served.set(me.account.userId, impostor.chain);
    await expect(learn(me)).rejects.toSatisfy(refusal('IDENTITY_CHANGED'));
    expect(await known(me)).toBeNull();
  });
});
