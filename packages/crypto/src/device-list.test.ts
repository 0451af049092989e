import {
  COUNT_LIMITS,
  SIZE_LIMITS,
  asKey,
  certificateCodec,
  decode,
  deviceListCodec,
  encode,
  newId,
  type DeviceList,
  type DhPublicKey,
  type SignedCertificate,
  type SignedDeviceList,
  type TenantId,
} from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { curves, nextList, testAccount, withNextKey, type TestAccount } from '../test/accounts.ts';
import { seededRng } from '../test/rng.ts';
import { codeOf } from '../test/seal-error.ts';
import { certificateSignatureInput } from './certificate.ts';
import {
  checkDeviceListContinues,
  deviceListSignatureInput,
  verifyDeviceList,
  verifyDeviceListChain,
  type DeviceListState,
} from './device-list.ts';
import { openDeviceLabels } from './device-labels.ts';
import { createAccountKeys, createDeviceKeys, type Account } from './identity.ts';
import type { SignKeyPair } from './keys.ts';

/** Signs whatever list a test makes up, as someone who holds the account key could. */
async function forge(account: Account, list: DeviceList): Promise<SignedDeviceList> {
  const bytes = encode(deviceListCodec, list);
  return { bytes, signature: await curves.sign(account.key, deviceListSignatureInput(bytes)) };
}

/** Alice's list over five versions: +phone, +tablet, -phone, +laptop. */
async function history(): Promise<{ alice: TestAccount; states: DeviceListState[] }> {
  const alice = await testAccount('alice');
  const rng = seededRng('alice devices');
  const states = [alice.state];
  const extend = async (change: Parameters<typeof nextList>[2]) => {
    states.push(await nextList(alice, states.at(-1)!, change));
  };
  const phone = await createDeviceKeys({ curves, rng });
  await extend({ add: [phone] });
  await extend({ add: [await createDeviceKeys({ curves, rng })] });
  await extend({ remove: [phone.deviceId] });
  await extend({ add: [await createDeviceKeys({ curves, rng })] });
  return { alice, states };
}

/** Mallory's keys under the user id of another: what a server hands out that lies about who a person is. */
async function withIdentityOf(mallory: TestAccount, userId: Account['userId']) {
  const rng = seededRng('impostor');
  return createAccountKeys({ curves, rng, ...mallory.account, userId });
}

/** A certificate by which an identity key speaks for its account itself. */
async function certifyOwn(identity: SignKeyPair, { certificate }: Account): Promise<SignedCertificate> {
  const content = { ...decode(certificateCodec, certificate.bytes), accountKey: identity.publicKey };
  const bytes = encode(certificateCodec, content);
  return { bytes, signature: await curves.sign(identity, certificateSignatureInput(bytes)) };
}

const ELSEWHERE = newId<TenantId>(seededRng('elsewhere')(16));

const signedOf = (states: readonly DeviceListState[]) => states.map((state) => state.signed);

describe('a signed device list', () => {
  it('verifies when its account made it', async () => {
    const { state } = await testAccount('alice');
    const verified = await verifyDeviceList(curves, state.signed);
    const { removed: _past, ...rest } = state;
    expect(verified).toEqual(rest);
  });

  it('is refused after any one bit of it or of its signature was changed', async () => {
    const { signed } = (await testAccount('alice')).state;
    for (const part of ['bytes', 'signature'] as const) {
      for (let i = 0; i < signed[part].length; i++) {
        const changed = signed[part].slice();
        changed[i] = changed[i]! ^ (1 << (i % 8));
        const code = await codeOf(() => verifyDeviceList(curves, { ...signed, [part]: changed }));
        expect(['BAD_SIGNATURE', 'MALFORMED', 'UNSUPPORTED_VERSION', 'TOO_LARGE']).toContain(code);
      }
    }
  });

  it('has a largest size, and is not decoded beyond it', async () => {
    const { account } = await testAccount('alice');
    const sized = async (length: number) => {
      const bytes = new Uint8Array(length);
      const signature = await curves.sign(account.key, bytes);
      return codeOf(() => verifyDeviceList(curves, { bytes, signature }));
    };
    expect(await sized(SIZE_LIMITS.deviceList + 1)).toBe('TOO_LARGE');
    expect(await sized(SIZE_LIMITS.deviceList)).toBe('UNSUPPORTED_VERSION');
  });

  it('is not a signature over the bare bytes: the label is covered', async () => {
    const { account, state } = await testAccount('alice');
    const signature = await curves.sign(account.key, state.signed.bytes);
    expect(await codeOf(() => verifyDeviceList(curves, { ...state.signed, signature }))).toBe('BAD_SIGNATURE');
  });

  it('is refused when it breaks a rule within one list', async () => {
    const { account, identity, state } = await testAccount('alice');
    const bob = await testAccount('bob');
    const { list } = state;
    const [device] = list.devices;
    // A hash may have zeros in it; only one of nothing else says that there is no predecessor.
    const mixed = new Uint8Array(32).fill(1, 1);
    const second = await forge(account, { ...list, version: 2, previousHash: mixed });
    expect((await verifyDeviceList(curves, second)).list.version).toBe(2);
    const broken: DeviceList[] = [
      { ...list, version: 0 },
      { ...list, devices: [] },
      { ...list, previousHash: new Uint8Array(32).fill(1) },
      { ...list, previousHash: mixed },
      { ...list, version: 2 },
      { ...list, userId: bob.account.userId },
      { ...list, tenantId: ELSEWHERE },
      { ...list, certificate: await certifyOwn(identity, account) },
      { ...list, vaultVersion: 1 },
      { ...list, vaultHash: mixed },
      { ...list, devices: [{ ...device!, addedIn: 2 }] },
      { ...list, devices: [{ ...device!, addedIn: 0 }] },
      { ...list, devices: [{ ...device!, signKey: account.key.publicKey }] },
      { ...list, devices: [{ ...device!, signKey: identity.publicKey }] },
      { ...list, devices: [{ ...device!, dhKey: asKey<DhPublicKey>(device!.signKey) }] },
    ];
    for (const each of broken) {
      const signed = await forge(
        each.certificate === account.certificate ? account : { ...account, key: identity },
        each,
      );
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
    /** All but the version's number is as it must be. */
    const inVersion = (version: number) => ({ ...replace(fresh.deviceId, { addedIn: version }), version });
    const otherKey = mallory.device.dh.publicKey;
    const phone = states[1]!.list.devices.find((device) => device.addedIn === 2)!;
    const cases: [string, DeviceList][] = [
      ['version skipped', inVersion(good.version + 1)],
      ['version repeated', inVersion(previous.list.version)],
      ['other predecessor', { ...good, previousHash: states[2]!.hash }],
      ['dh key of a device', replace(old.deviceId, { dhKey: otherKey })],
      ['sign key of a device', replace(old.deviceId, { signKey: otherKey })],
      ['registration of a device', replace(old.deviceId, { registrationId: old.registrationId ^ 1 })],
      ['a capability that a device no longer has', replace(old.deviceId, { capabilities: 0 })],
      ['a capability that a device did not have', replace(old.deviceId, { capabilities: 3 })],
      ['age of a device', replace(old.deviceId, { addedIn: good.version })],
      ['new device from before', replace(fresh.deviceId, { addedIn: 3 })],
      ['removed id again', replace(fresh.deviceId, { deviceId: phone.deviceId })],
      ['author who is on neither', { ...good, author: phone.deviceId }],
      ['no change', { ...good, devices: previous.list.devices }],
      ['a vault that is not the first', { ...good, vaultVersion: 2, vaultHash: new Uint8Array(32).fill(2) }],
      ['names alone', { ...good, devices: previous.list.devices, labels: new Uint8Array(60) }],
    ];
    for (const [name, list] of cases) {
      const sorted = { ...list, devices: list.devices.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1)) };
      const next = await verifyDeviceList(curves, await forge(alice.account, sorted));
      const code = await codeOf(() => checkDeviceListContinues({ previous, next, removed: previous.removed }));
      expect(code, name).toBe('DEVICE_LIST_REJECTED');
    }
  });

  it('changes a single thing and is accepted: a username, an account key, a device in the place of another', async () => {
    const { alice, states } = await history();
    const previous = states.at(-1)!;
    const [gone] = previous.list.devices.filter(({ deviceId }) => deviceId !== alice.device.deviceId);
    const successor = await withNextKey(alice, previous);
    const fresh = await createDeviceKeys({ curves, rng: seededRng('a device in the place of another') });
    const renamed = { ...alice, account: { ...alice.account, username: 'alicia' } };
    const changes: [string, DeviceListState][] = [
      ['username', await nextList(renamed, previous, {})],
      ['account key', await nextList(successor, previous, { previousArchive: alice.account.archive })],
      ['device', await nextList(alice, previous, { add: [fresh], remove: [gone!.deviceId] })],
      ['a device that brings itself in', await nextList(alice, previous, { add: [fresh], author: fresh.deviceId })],
      ['a device that takes itself out', await nextList(alice, previous, { remove: [alice.device.deviceId] })],
    ];
    for (const [name, next] of changes)
      expect(() => checkDeviceListContinues({ previous, next, removed: previous.removed }), name).not.toThrow();
  });

  it('under another identity key is a change of identity', async () => {
    const { alice, states } = await history();
    const mallory = await testAccount('mallory');
    const { userId } = alice.account;
    const { account } = await withIdentityOf(mallory, userId);
    const list = { ...states[4]!.list, certificate: account.certificate };
    const next = await verifyDeviceList(curves, await forge(account, list));
    expect(await codeOf(() => checkDeviceListContinues({ previous: states[3]!, next, removed: [] }))).toBe(
      'IDENTITY_CHANGED',
    );
  });

  it('replaces the account key under the next certificate, and what the old key signs is refused from then on', async () => {
    const { alice, states } = await history();
    const previous = states.at(-1)!;
    const stolen = previous.list.devices.find(({ deviceId }) => deviceId !== alice.device.deviceId)!;
    const successor = await withNextKey(alice, previous);
    const archives = { previousArchive: alice.account.archive };
    const replaced = await nextList(successor, previous, { remove: [stolen.deviceId], ...archives });
    expect(() => checkDeviceListContinues({ previous, next: replaced, removed: previous.removed })).not.toThrow();
    expect(replaced.certificate.number).toBe(2);
    // The thief has the old account key, and all that was on the device.
    const back = await createDeviceKeys({ curves, rng: seededRng('thief') });
    const forged = await nextList(alice, replaced, { add: [back], author: back.deviceId });
    const chain = [forged.signed];
    expect(await codeOf(() => verifyDeviceListChain({ curves, expected: alice.account, known: replaced, chain }))).toBe(
      'DEVICE_LIST_REJECTED',
    );
    // Names are sealed under the next archive key: the device that is gone does not read them.
    expect(openDeviceLabels(alice.account, successor.account.archive, replaced.list)).toHaveLength(2);
    expect(openDeviceLabels(alice.account, alice.account.archive, replaced.list)).toEqual([]);
  });

  it('cannot skip a certificate, go back to one, or certify the same account key again', async () => {
    const { alice, states } = await history();
    const previous = states.at(-1)!;
    const [second, again] = [await withNextKey(alice, previous), await withNextKey(alice, previous)];
    const first = await nextList(second, previous, { previousArchive: alice.account.archive });
    const third = await withNextKey(second, first);
    const other = await withNextKey(again, await nextList(again, previous, {}));
    const last = await nextList(third, first, {});
    const cases: [string, DeviceListState, Account][] = [
      ['skipped', previous, third.account],
      ['back', last, second.account],
      ['a fork of certificates', first, other.account],
    ];
    for (const [name, before, account] of cases) {
      const next = await nextList({ ...alice, account }, before, {});
      const code = await codeOf(() => checkDeviceListContinues({ previous: before, next, removed: [] }));
      expect(code, name).toBe('DEVICE_LIST_REJECTED');
    }
  });
});

describe('a chain of device lists', () => {
  it('leads from any version to the same state', async () => {
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
    for (const from of [2, 3]) {
      const overlap = signedOf(states.slice(from));
      expect(await verifyDeviceListChain({ curves, expected, known: states[3]!, chain: overlap })).toEqual(latest);
    }
  });

  it('may begin anywhere for someone who knows nothing: the newest list is enough', async () => {
    const { alice, states } = await history();
    const expected = alice.account;
    const latest = states.at(-1)!;
    const found = await verifyDeviceListChain({ curves, expected, known: null, chain: [latest.signed] });
    expect(found).toEqual({ ...latest, removed: [] });
    // From then on it is held to what it has shown.
    const fork = await nextList(alice, states[3]!, { add: [await createDeviceKeys({ curves, rng: seededRng('f') })] });
    for (const chain of [[fork.signed], signedOf(states.slice(0, 4))]) {
      expect(await codeOf(() => verifyDeviceListChain({ curves, expected, known: found, chain }))).toBe(
        'DEVICE_LIST_REJECTED',
      );
    }
  });

  it('is refused with a gap, rolled back, swapped or empty', async () => {
    const { alice, states } = await history();
    const expected = alice.account;
    const refused = async (known: DeviceListState | null, chain: readonly SignedDeviceList[]) =>
      expect(await codeOf(() => verifyDeviceListChain({ curves, expected, known, chain }))).toBe(
        'DEVICE_LIST_REJECTED',
      );
    const [one, , three, four, five] = signedOf(states);
    await refused(null, []);
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
    const fork = await nextList(alice, states[2]!, { add: [await createDeviceKeys({ curves, rng })] });
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
    const another = await withIdentityOf(bob, userId);
    expect(await run(bob.account, null)).toBe('DEVICE_LIST_REJECTED');
    expect(await run(alice.account, bob.state)).toBe('DEVICE_LIST_REJECTED');
    expect(await run({ tenantId: ELSEWHERE, userId }, null)).toBe('DEVICE_LIST_REJECTED');
    expect(await run({ tenantId, userId, identityKey: bob.identity.publicKey }, null)).toBe('IDENTITY_CHANGED');
    expect(await run({ tenantId, userId, identityKey: bob.identity.publicKey }, states[4]!)).toBe('IDENTITY_CHANGED');
    // A chain from the beginning, by another identity, to a client that knows the account.
    const { list } = alice.state;
    const chain = [await forge(another.account, { ...list, certificate: another.account.certificate })];
    expect(
      await codeOf(() => verifyDeviceListChain({ curves, expected: alice.account, known: states[4]!, chain })),
    ).toBe('IDENTITY_CHANGED');
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
    for (const { list, hash } of states) expect((await run(list.version, hash, states)).list.version).toBe(5);
    expect(await codeOf(() => run(5, states[3]!.hash, states))).toBe('DEVICE_LIST_REJECTED');
    expect(await codeOf(() => run(4, states[3]!.hash, states.slice(0, 3)))).toBe('DEVICE_LIST_REJECTED');
    expect(await codeOf(() => run(4, states[2]!.hash, states))).toBe('DEVICE_LIST_REJECTED');
    expect((await run(4, states[3]!.hash, states.slice(4))).list.version).toBe(5);
    expect(await codeOf(() => run(4, states[2]!.hash, states.slice(4)))).toBe('DEVICE_LIST_REJECTED');
    expect(await codeOf(() => run(3, states[2]!.hash, states.slice(4)))).toBe('DEVICE_LIST_REJECTED');
  });
});

describe('extending a list', () => {
  it('refuses what would not verify', async () => {
    const { alice, states } = await history();
    const { device } = alice;
    const previous = states[4]!;
    const removedId = previous.removed[0]!;
    const rng = seededRng('more devices');
    const fresh = await createDeviceKeys({ curves, rng });
    const extend = (change: Parameters<typeof nextList>[2]) => codeOf(() => nextList(alice, previous, change));
    expect(await extend({ remove: [fresh.deviceId] })).toBe('NOT_FOUND');
    expect(await extend({ add: [device] })).toBe('DEVICE_LIST_REJECTED');
    expect(await extend({ add: [fresh, fresh] })).toBe('DEVICE_LIST_REJECTED');
    expect(await extend({ add: [{ ...fresh, deviceId: removedId }] })).toBe('DEVICE_LIST_REJECTED');
    expect(await extend({ remove: previous.list.devices.map((each) => each.deviceId) })).toBe('DEVICE_LIST_REJECTED');
    const room = COUNT_LIMITS.devicesPerUser - previous.list.devices.length;
    const many = await Promise.all(Array.from({ length: room + 1 }, () => createDeviceKeys({ curves, rng })));
    expect(await extend({ add: many })).toBe('TOO_MANY_DEVICES');
    const full = await nextList(alice, previous, { add: many.slice(1) });
    expect(full.list.devices).toHaveLength(COUNT_LIMITS.devicesPerUser);
    const mallory = await testAccount('mallory');
    const other = { ...alice, account: { ...alice.account, key: mallory.account.key } };
    expect(await codeOf(() => nextList(other, previous, { add: [fresh] }))).toBe('IDENTITY_CHANGED');
  });
});
