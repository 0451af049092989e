import {
  bufferedRng,
  createAccountKey,
  createDeviceKeys,
  createDeviceList,
  extendDeviceList,
  selectCurves,
  type Account,
  type Curves,
  type DeviceKeys,
  type DeviceListState,
} from '@seal-chat/crypto';
import {
  asKey,
  isSealError,
  newId,
  toBase64,
  type ContentKey,
  type ConversationId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SealApi } from '../src/index.ts';
import { createClock } from '../src/context/clock.ts';
import { acceptIdentity } from '../src/peers/accept-identity.ts';
import { learnDeviceLists } from '../src/peers/device-lists.ts';
import { safetyNumberWith } from '../src/peers/safety-number.ts';
import { senderDevice } from '../src/peers/sender-device.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import { rowReader, transact, type DeviceTx, type RowReader } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';

/** What the server answers is made up here, as a server would that lies. */

const rng = bufferedRng((bytes) => crypto.getRandomValues(bytes));
const tenantId: TenantId = newId(rng(16));
const NOW = 1_800_000_000_000;
let curves: Curves;
beforeAll(async () => void (curves = await selectCurves(crypto.subtle)));

interface Person {
  readonly account: Account;
  readonly devices: DeviceKeys[];
  readonly chain: DeviceListState[];
}

async function person(userId: UserId = newId(rng(16))): Promise<Person> {
  const account = { tenantId, userId, key: await createAccountKey({ curves, rng }) };
  const device = await createDeviceKeys({ curves, rng });
  return { account, devices: [device], chain: [await createDeviceList({ curves, account, device, now: NOW })] };
}

async function extend(who: Person, change: { add?: DeviceKeys[]; remove?: DeviceKeys[] }): Promise<void> {
  const { add = [], remove = [] } = change;
  const previous = who.chain.at(-1)!;
  const removed = remove.map(({ deviceId }) => deviceId);
  who.chain.push(await extendDeviceList({ curves, account: who.account, previous, add, remove: removed, now: NOW }));
}

let reader: RowReader;
let write: <T>(task: (tx: DeviceTx) => Promise<T>) => Promise<T>;
let served: Map<UserId, readonly DeviceListState[]>;
let deps: Parameters<typeof learnDeviceLists>[0];
let me: Person;
let bob: Person;

beforeEach(async () => {
  const store = await memoryStore()('s');
  reader = rowReader(store);
  write = (task) => transact({ store, committed: () => {} }, task);
  served = new Map();
  const query = async ({ users }: { users: readonly { userId: UserId; since: number }[] }) => ({
    lists: users.map(({ userId, since }) => ({
      userId,
      chain: (served.get(userId) ?? [])
        .filter(({ list }) => list.version > since)
        .map(({ signed }) => ({ bytes: toBase64(signed.bytes), signature: toBase64(signed.signature) })),
    })),
  });
  const api = { devices: { lists: { query } } } as unknown as SealApi;
  deps = { api, reader, transact: write, curves, now: () => NOW, clock: createClock(() => NOW) };
  [me, bob] = await Promise.all([person(), person()]);
  served.set(bob.account.userId, bob.chain);
  served.set(me.account.userId, me.chain);
  await write(async (tx) =>
    tx.put(ROWS.account, {
      status: 'active',
      tenantId,
      userId: me.account.userId,
      username: null,
      accountKey: me.account.key,
      device: me.devices[0]!,
      recoveryCode: null,
      unpublished: null,
    }),
  );
});

const learn = (who: Person, from?: 'start') => learnDeviceLists(deps, [who.account.userId], from);
const shownNumber = async (who: Person) => (await safetyNumberWith(deps, who.account.userId))!;
const known = async (who: Person) => reader.get(ROWS.peer(who.account.userId));
const refusal = (code: Parameters<typeof isSealError>[1]) => (error: unknown) => isSealError(error, code);

describe('device lists of others', () => {
  it('device lists are followed from version to version', async () => {
    await learn(bob);
    await extend(bob, { add: [await createDeviceKeys({ curves, rng })] });
    await learn(bob);
    expect((await known(bob))?.known.list.version).toBe(2);
    await learn(bob, 'start');
    expect((await known(bob))?.known.list.devices).toHaveLength(2);
  });

  it('a list with another account key stops all sending until the person accepts it', async () => {
    await learn(bob);
    const impostor = await person(bob.account.userId);
    await extend(impostor, { add: [await createDeviceKeys({ curves, rng })] });
    served.set(bob.account.userId, impostor.chain);
    await learn(bob);
    const before = await known(bob);
    expect(before?.changedKey).toEqual(impostor.account.key.publicKey);
    expect(before?.known.list.accountKey).toEqual(bob.account.key.publicKey);
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
    expect((await known(bob))?.known.list.accountKey).toEqual(bob.account.key.publicKey);
    await acceptIdentity(deps, bob.account.userId, await shownNumber(bob));
    expect((await known(bob))?.known.list.accountKey).toEqual(third.account.key.publicKey);
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

  it('lists that are rolled back or forked are refused, and the known list stays', async () => {
    await extend(bob, { add: [await createDeviceKeys({ curves, rng })] });
    await learn(bob);
    served.set(bob.account.userId, bob.chain.slice(0, 1));
    await expect(learn(bob, 'start')).rejects.toSatisfy(refusal('DEVICE_LIST_REJECTED'));
    const fork = { ...bob, chain: bob.chain.slice(0, 1) };
    await extend(fork, { add: [await createDeviceKeys({ curves, rng })] });
    served.set(bob.account.userId, fork.chain);
    await expect(learn(bob, 'start')).rejects.toSatisfy(refusal('DEVICE_LIST_REJECTED'));
    expect((await known(bob))?.known.hash).toEqual(bob.chain[1]!.hash);
  });

  it('a list vouches for a device only in the versions that held it, and only for a while after it left', async () => {
    const second = await createDeviceKeys({ curves, rng });
    await extend(bob, { add: [second] });
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

describe("this account's device list", () => {
  it('a list without this device means that the device was removed', async () => {
    const other = await createDeviceKeys({ curves, rng });
    await extend(me, { add: [other] });
    await learn(me);
    await extend(me, { remove: [me.devices[0]!] });
    await expect(learn(me)).rejects.toSatisfy(refusal('DEVICE_REVOKED'));
    expect((await reader.get(ROWS.account))?.status).toBe('revoked');
  });

  it('a list with another account key is never accepted', async () => {
    const impostor = await person(me.account.userId);
    served.set(me.account.userId, impostor.chain);
    await expect(learn(me)).rejects.toSatisfy(refusal('IDENTITY_CHANGED'));
    expect(await known(me)).toBeNull();
  });
});
