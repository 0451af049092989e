import {
  deviceListCodec,
  encode,
  type DeviceList,
  type SignedDeviceList,
  asKey,
  type DhPublicKey,
} from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { curves, testAccount, type TestAccount } from '../test/accounts.ts';
import { seededRng } from '../test/rng.ts';
import { codeOf } from '../test/seal-error.ts';
import {
  checkDeviceListContinues,
  deviceListSignatureInput,
  verifyDeviceList,
  verifyDeviceListChain,
  type DeviceListState,
} from './device-list.ts';
import { createDeviceKeys, extendDeviceList, type Account } from './identity.ts';

const NOW = 1_700_000_100_000;

/** Signs whatever list a test makes up, as someone who holds the account key could. */
async function forge(account: Account, list: DeviceList): Promise<SignedDeviceList> {
  const bytes = encode(deviceListCodec, list);
  return { bytes, signature: await curves.sign(account.key, deviceListSignatureInput(bytes)) };
}

/** Alice's list over five versions: +phone, +tablet, -phone, +laptop. */
async function history(): Promise<{ alice: TestAccount; states: DeviceListState[] }> {
  const alice = await testAccount('alice');
  const rng = seededRng('alice devices');
  const { account } = alice;
  const states = [alice.state];
  const extend = async (change: Pick<Parameters<typeof extendDeviceList>[0], 'add' | 'remove'>) => {
    states.push(await extendDeviceList({ curves, account, previous: states.at(-1)!, now: NOW, ...change }));
  };
  const phone = await createDeviceKeys({ curves, rng });
  await extend({ add: [phone] });
  await extend({ add: [await createDeviceKeys({ curves, rng })] });
  await extend({ remove: [phone.deviceId] });
  await extend({ add: [await createDeviceKeys({ curves, rng })] });
  return { alice, states };
}

const signedOf = (states: readonly DeviceListState[]) => states.map((state) => state.signed);

describe('a signed device list', () => {
  it('verifies when its account made it', async () => {
    const { state } = await testAccount('alice');
    const verified = await verifyDeviceList(curves, state.signed);
    expect(verified).toEqual({ list: state.list, hash: state.hash, signed: state.signed });
  });

  it('is refused after any one bit of it or of its signature was changed', async () => {
    const { signed } = (await testAccount('alice')).state;
    for (const part of ['bytes', 'signature'] as const) {
      for (let i = 0; i < signed[part].length; i++) {
        const changed = signed[part].slice();
        changed[i] = changed[i]! ^ (1 << (i % 8));
        const code = await codeOf(() => verifyDeviceList(curves, { ...signed, [part]: changed }));
        expect(['BAD_SIGNATURE', 'MALFORMED', 'UNSUPPORTED_VERSION']).toContain(code);
      }
    }
  });

  it('is not a signature over the bare bytes: the label is covered', async () => {
    const { account, state } = await testAccount('alice');
    const signature = await curves.sign(account.key, state.signed.bytes);
    expect(await codeOf(() => verifyDeviceList(curves, { ...state.signed, signature }))).toBe('BAD_SIGNATURE');
  });

  it('is refused when it breaks a rule within one list', async () => {
    const { account, state } = await testAccount('alice');
    const { list } = state;
    const [device] = list.devices;
    const broken: DeviceList[] = [
      { ...list, version: 0 },
      { ...list, devices: [] },
      { ...list, previousHash: new Uint8Array(32).fill(1) },
      { ...list, devices: [{ ...device!, addedIn: 2 }] },
      { ...list, devices: [{ ...device!, addedIn: 0 }] },
      { ...list, devices: [{ ...device!, signKey: account.key.publicKey }] },
      { ...list, devices: [{ ...device!, dhKey: asKey<DhPublicKey>(device!.signKey) }] },
    ];
    for (const each of broken) {
      const signed = await forge(account, each);
      expect(await codeOf(() => verifyDeviceList(curves, signed))).toBe('DEVICE_LIST_REJECTED');
    }
  });
});

describe('the next device list', () => {
  it('is refused when it breaks with the one before in any single way', async () => {
    const { alice, states } = await history();
    const mallory = await testAccount('mallory');
    const previous = states[3]!;
    const good = states[4]!.list;
    const old = good.devices.find((device) => device.addedIn < good.version)!;
    const fresh = good.devices.find((device) => device.addedIn === good.version)!;
    const replace = (id: string, change: object) => ({
      ...good,
      devices: good.devices.map((device) => (device.deviceId === id ? { ...device, ...change } : device)),
    });
    const otherKey = mallory.device.dh.publicKey;
    const phone = states[1]!.list.devices.find((device) => device.addedIn === 2)!;
    const cases: [string, DeviceList][] = [
      ['version skipped', { ...good, version: good.version + 1, devices: previous.list.devices }],
      ['version repeated', { ...good, version: previous.list.version, devices: previous.list.devices }],
      ['other predecessor', { ...good, previousHash: states[2]!.hash }],
      ['other user', { ...good, userId: mallory.account.userId }],
      ['dh key of a device', replace(old.deviceId, { dhKey: otherKey })],
      ['sign key of a device', replace(old.deviceId, { signKey: otherKey })],
      ['registration of a device', replace(old.deviceId, { registrationId: old.registrationId ^ 1 })],
      ['age of a device', replace(old.deviceId, { addedIn: good.version })],
      ['new device from before', replace(fresh.deviceId, { addedIn: 3 })],
      ['removed id again', replace(fresh.deviceId, { deviceId: phone.deviceId })],
    ];
    for (const [name, list] of cases) {
      const sorted = { ...list, devices: list.devices.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1)) };
      const next = await verifyDeviceList(curves, await forge(alice.account, sorted));
      const code = await codeOf(() => checkDeviceListContinues({ previous, next, removed: previous.removed }));
      expect(code, name).toBe('DEVICE_LIST_REJECTED');
    }
  });

  it('under another account key is a change of identity', async () => {
    const { alice, states } = await history();
    const mallory = await testAccount('mallory');
    const { userId } = alice.account;
    const list = { ...states[4]!.list, accountKey: mallory.account.key.publicKey };
    const next = await verifyDeviceList(curves, await forge({ ...mallory.account, userId }, list));
    expect(await codeOf(() => checkDeviceListContinues({ previous: states[3]!, next, removed: [] }))).toBe(
      'IDENTITY_CHANGED',
    );
  });
});

describe('a chain of device lists', () => {
  it('leads from nothing, or from any version, to the same state', async () => {
    const { alice, states } = await history();
    const expected = alice.account;
    const latest = states.at(-1)!;
    expect(latest.removed).toHaveLength(1);
    for (let from = 0; from < states.length; from++) {
      const known = states[from]!;
      const chain = signedOf(states.slice(from + 1));
      expect(await verifyDeviceListChain({ curves, expected, known, chain })).toEqual(latest);
    }
    expect(await verifyDeviceListChain({ curves, expected, known: null, chain: signedOf(states) })).toEqual(latest);
    // The whole chain, or an overlapping part, to someone who knows some of it.
    expect(await verifyDeviceListChain({ curves, expected, known: states[3]!, chain: signedOf(states) })).toEqual(
      latest,
    );
    const overlap = signedOf(states.slice(2));
    expect(await verifyDeviceListChain({ curves, expected, known: states[3]!, chain: overlap })).toEqual(latest);
  });

  it('is refused with a gap, without a beginning, rolled back, swapped or empty', async () => {
    const { alice, states } = await history();
    const expected = alice.account;
    const refused = async (known: DeviceListState | null, chain: readonly SignedDeviceList[]) =>
      expect(await codeOf(() => verifyDeviceListChain({ curves, expected, known, chain }))).toBe(
        'DEVICE_LIST_REJECTED',
      );
    const [one, two, three, four, five] = signedOf(states);
    await refused(null, []);
    await refused(null, [two!, three!]);
    await refused(null, [one!, three!]);
    await refused(states[1]!, [four!]);
    await refused(states[4]!, [three!, four!]);
    await refused(states[4]!, [one!]);
    await refused(states[2]!, [five!, four!]);
  });

  it('is refused when it forks from what is known, before or after', async () => {
    const { alice, states } = await history();
    const expected = alice.account;
    const rng = seededRng('fork');
    const add = [await createDeviceKeys({ curves, rng })];
    const fork = await extendDeviceList({ curves, account: alice.account, previous: states[2]!, add, now: NOW });
    for (const known of [states[3]!, states[4]!]) {
      for (const chain of [[fork.signed], signedOf([...states.slice(0, 3), fork])]) {
        const code = await codeOf(() => verifyDeviceListChain({ curves, expected, known, chain }));
        expect(code).toBe('DEVICE_LIST_REJECTED');
      }
    }
  });

  it('must be of the account that was asked for', async () => {
    const { alice, states } = await history();
    const bob = await testAccount('bob');
    const run = (expected: Parameters<typeof verifyDeviceListChain>[0]['expected'], known: DeviceListState | null) =>
      codeOf(() => verifyDeviceListChain({ curves, expected, known, chain: signedOf(states) }));
    const { tenantId, userId } = alice.account;
    expect(await run(bob.account, null)).toBe('DEVICE_LIST_REJECTED');
    expect(await run(alice.account, bob.state)).toBe('DEVICE_LIST_REJECTED');
    expect(await run({ tenantId, userId, accountKey: bob.account.key.publicKey }, null)).toBe('IDENTITY_CHANGED');
    expect(await run({ tenantId, userId, accountKey: bob.account.key.publicKey }, states[4]!)).toBe('IDENTITY_CHANGED');
  });

  it('must lead through the version that another device knows', async () => {
    const { alice, states } = await history();
    const { tenantId, userId } = alice.account;
    const run = (version: number, hash: Uint8Array<ArrayBuffer>, chain: DeviceListState[]) =>
      verifyDeviceListChain({
        curves,
        expected: { tenantId, userId, anchor: { version, hash } },
        known: null,
        chain: signedOf(chain),
      });
    expect((await run(4, states[3]!.hash, states)).list.version).toBe(5);
    expect(await codeOf(() => run(4, states[3]!.hash, states.slice(0, 3)))).toBe('DEVICE_LIST_REJECTED');
    expect(await codeOf(() => run(4, states[2]!.hash, states))).toBe('DEVICE_LIST_REJECTED');
  });
});

describe('extending a list', () => {
  it('refuses what would not verify', async () => {
    const { alice, states } = await history();
    const { account, device } = alice;
    const previous = states[4]!;
    const removedId = previous.removed[0]!;
    const rng = seededRng('more devices');
    const fresh = await createDeviceKeys({ curves, rng });
    const extend = (change: Pick<Parameters<typeof extendDeviceList>[0], 'add' | 'remove'>) =>
      codeOf(() => extendDeviceList({ curves, account, previous, now: NOW, ...change }));
    expect(await extend({ remove: [fresh.deviceId] })).toBe('NOT_FOUND');
    expect(await extend({ add: [device] })).toBe('DEVICE_LIST_REJECTED');
    expect(await extend({ add: [fresh, fresh] })).toBe('DEVICE_LIST_REJECTED');
    expect(await extend({ add: [{ ...fresh, deviceId: removedId }] })).toBe('DEVICE_LIST_REJECTED');
    expect(await extend({ remove: previous.list.devices.map((each) => each.deviceId) })).toBe('DEVICE_LIST_REJECTED');
    const many = await Promise.all(Array.from({ length: 20 }, () => createDeviceKeys({ curves, rng })));
    expect(await extend({ add: many })).toBe('TOO_MANY_DEVICES');
    const mallory = await testAccount('mallory');
    const other = extendDeviceList({ curves, account: { ...account, key: mallory.account.key }, previous, now: NOW });
    expect(await codeOf(() => other)).toBe('IDENTITY_CHANGED');
  });
});
