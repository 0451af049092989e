import {
  createDeviceKeys,
  extendDeviceList,
  newDeviceOf,
  selectCurves,
  signAuthProof,
  signJoinConsent,
} from '@seal-chat/crypto';
import { toBase64 } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPublicApi } from '../src/api/transport.ts';
import { isSealError, type ErrorCode, type SealClient } from '../src/index.ts';
import { rowReader } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { link } from './support/link.ts';
import { copyDisk, createDisk, type Disk } from './support/mortal.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const refused = (code: ErrorCode) => (error: unknown) => isSealError(error, code);
const otherOf = async (client: SealClient) => (await client.listDevices()).find(({ isThisDevice }) => !isThisDevice)!;

/** The rows of a device as its thief finds them. */
async function rowsOf(disk: Disk) {
  const reader = rowReader(await disk.live().store('stolen'));
  const account = (await reader.get(ROWS.account))!;
  return { account, own: (await reader.get(ROWS.peer(account.userId)))! };
}

async function certificateOf(client: SealClient): Promise<number> {
  const { lists } = await client.api.devices.lists.query({ users: [{ userId: userIdOf(client), since: 0 }] });
  const { certificateCodec, decode, deviceListCodec, fromBase64 } = await import('@seal-chat/protocol');
  const list = decode(deviceListCodec, fromBase64(lists[0]!.chain.at(-1)!.bytes)!);
  return decode(certificateCodec, list.certificate.bytes).number;
}

function unlockFor(client: SealClient) {
  const account = client.account.get();
  return account.status === 'signed-in' ? account.unlockFor : null;
}

describe('removing a device', () => {
  it('a thief with the store of a removed device cannot come back on an honest server', async () => {
    const owner = await house.enterWithCode('Robbed');
    const disk = createDisk();
    const second = house.open(disk.live());
    await link(owner.client, second);
    await online(second);
    const stolen = await rowsOf(copyDisk(disk));
    expect(stolen.account.accountKey.privateKey).toHaveLength(32);
    expect(stolen.account.identitySeed).toBeNull();

    expect(await owner.client.revokeDevice((await otherOf(owner.client)).deviceId)).toEqual({ isFinished: true });
    expect(await certificateOf(owner.client)).toBe(2);
    await until(second.account, ({ status }) => status === 'revoked', 'the removal');

    // All that an honest client would do to join, with everything that was on the device.
    const curves = await selectCurves(crypto.subtle);
    const rng = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const api = createPublicApi({ url: house.url(), appKey: house.tenant.appKey, fetch });
    const { account, own } = stolen;
    const { tenantId, userId, accountKey: key, archive, device: by } = account;
    const { lists } = await api.devices.lists.query({ users: [{ userId, since: own.known.list.version }] });
    expect(lists[0]!.chain).toHaveLength(1);
    const keys = await createDeviceKeys({ curves, rng });
    const signer = { tenantId, userId, username: 'Robbed', certificate: own.known.list.certificate, key, archive };
    const { list, signed, hash } = await extendDeviceList({
      curves,
      rng,
      account: signer,
      previous: own.known,
      author: keys.deviceId,
      add: [{ keys, name: '' }],
      now: Date.now(),
    });
    expect(list.version).toBe(own.known.list.version + 1);
    const challenge = await api.auth.challenge.mutate({});
    const { challengeId } = challenge;
    const nonce = Uint8Array.from(Buffer.from(challenge.nonce, 'base64url'));
    const { deviceId } = keys;
    const proof = { purpose: 'join', tenantId, challengeId, nonce, userId, deviceId, deviceListHash: hash } as const;
    const consent = await signJoinConsent(curves, by, { tenantId, userId, device: newDeviceOf(keys) });
    const joining = api.auth.join.mutate({
      challengeId,
      userId,
      deviceId,
      signature: toBase64(await signAuthProof(curves, keys, proof)),
      deviceList: toBase64(signed.bytes),
      deviceListSignature: toBase64(signed.signature),
      admission: { kind: 'consent', deviceId: by.deviceId, signature: toBase64(consent) },
    });
    await expect(joining).rejects.toSatisfy(refused('DEVICE_LIST_REJECTED'));
    expect(await owner.client.listDevices()).toHaveLength(1);
    // A device that learns of its removal keeps no key.
    await expect
      .poll(async () => (await rowsOf(disk)).account.device.sign.privateKey.every((byte) => byte === 0))
      .toBe(true);
    const left = await rowsOf(disk);
    for (const secret of [
      left.account.device.sign.privateKey,
      left.account.accountKey.privateKey,
      left.account.archive.key,
    ])
      expect(secret.every((byte) => byte === 0)).toBe(true);
  });

  it('the other devices learn the new account key through their sessions, and can add devices with it', async () => {
    const [alice, owner] = await Promise.all([house.enter(null), house.enterWithCode('Several')]);
    const [second, third] = [house.open(), house.open()];
    await link(owner.client, second);
    await link(owner.client, third);
    await Promise.all([online(owner.client), online(second), online(third), online(alice.client)]);
    const atAlice = await alice.client.openDm(owner.userId);
    await atAlice.send('before');
    await expectShown(await dmWith(second, alice.userId), ['before']);
    const account = third.account.get();
    if (account.status !== 'signed-in') throw new Error('expected to be signed in');
    await owner.client.revokeDevice(account.deviceId);
    await until(third.account, ({ status }) => status === 'revoked', 'the removal');
    // Second signs a list with the new key, and reads the names under the new archive key.
    const fourth = house.open();
    await until(second.account, () => unlockFor(second) === null, 'no need for the code');
    await expect.poll(async () => (await second.listDevices()).every(({ addedAt }) => addedAt !== null)).toBe(true);
    await link(second, fourth);
    expect(await second.listDevices()).toHaveLength(3);
    await atAlice.send('after');
    await expectShown(await dmWith(second, alice.userId), ['before', 'after']);
    await expectShown(await dmWith(fourth, alice.userId), ['after']);
  });

  it('without the identity key the device is removed at once, and the account waits for the recovery code', async () => {
    const owner = await house.enterWithCode('Waiting');
    const [second, third] = [house.open(), house.open()];
    await link(owner.client, second);
    await link(owner.client, third);
    await owner.client.confirmRecoveryCode(owner.recoveryCode.slice(-4));
    await Promise.all([online(owner.client), online(second), online(third)]);
    const account = third.account.get();
    if (account.status !== 'signed-in') throw new Error('expected to be signed in');
    expect(await second.revokeDevice(account.deviceId)).toEqual({ isFinished: false });
    await until(third.account, ({ status }) => status === 'revoked', 'the removal');
    for (const client of [second, owner.client]) {
      await until(client.account, () => unlockFor(client) === 'removal', 'to be told what is open');
    }
    expect(await certificateOf(second)).toBe(1);
    const wrong = owner.recoveryCode.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    await expect(second.unlock({ recoveryCode: wrong })).rejects.toSatisfy(refused('WRONG_CODE'));
    await second.unlock({ recoveryCode: owner.recoveryCode });
    expect(await certificateOf(second)).toBe(2);
    for (const client of [second, owner.client]) {
      await until(client.account, () => unlockFor(client) === null, 'that nothing is open');
    }
    // The code still opens the account, under the new key.
    const regained = house.open();
    await regained.recover({ username: 'waiting', recoveryCode: owner.recoveryCode });
    expect(await regained.listDevices()).toHaveLength(3);
  });

  it('a device that still has the identity key finishes what another one began', async () => {
    const owner = await house.enter(null);
    const [second, third] = [house.open(), house.open()];
    await link(owner.client, second);
    await link(owner.client, third);
    await Promise.all([online(owner.client), online(second)]);
    const account = third.account.get();
    if (account.status !== 'signed-in') throw new Error('expected to be signed in');
    expect(await second.revokeDevice(account.deviceId)).toEqual({ isFinished: false });
    await expect.poll(() => certificateOf(second), { timeout: 20_000 }).toBe(2);
    await until(second.account, () => unlockFor(second) === null, 'that nothing is open');
  });
});

describe('new devices', () => {
  it('a new device is shown on all devices of its owner by name, until the person has seen it', async () => {
    const owner = await house.enter(null, { deviceName: 'Firefox, Linux' });
    const [second, third] = [house.open({ deviceName: 'Phone' }), house.open({ deviceName: 'Tablet' })];
    await link(owner.client, second);
    await Promise.all([online(owner.client), online(second)]);
    await link(owner.client, third);
    const isNew = (count: number) => (client: SealClient) =>
      until(
        client.account,
        (state) => state.status === 'signed-in' && state.newDevices.length === count,
        `${count} new devices`,
      );
    await isNew(2)(owner.client);
    await isNew(1)(second);
    const named = new Set((await second.listDevices()).map(({ name }) => name));
    expect(named).toEqual(new Set(['Firefox, Linux', 'Phone', 'Tablet']));
    const [added] = (await second.listDevices()).filter(({ name }) => name === 'Tablet');
    expect(Math.abs(added!.addedAt! - Date.now())).toBeLessThan(60_000);
    await second.acknowledgeDevices();
    await isNew(0)(second);
  });
});
