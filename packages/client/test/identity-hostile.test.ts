import { createDeviceKeys, extendDeviceList, selectCurves, type DeviceListState } from '@seal-chat/crypto';
import { deviceListSignatureInput } from '../../crypto/src/device-list.ts';
import { decode, deviceListCodec, encode, fromBase64, toBase64, type UserId } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isSealError, type Conversation, type ErrorCode, type SealClient } from '../src/index.ts';
import { rowReader } from '../src/store/device-tx.ts';
import { ROWS, type AccountRow } from '../src/store/rows.ts';
import { addDevice, say } from './support/channel.ts';
import { flipLast, type Json } from './support/hostile.ts';
import { deviceIdOf, openHouse, type House } from './support/house.ts';
import { createLyingServer, type AnswerHook, type LyingServer } from './support/lying-server.ts';
import { createDisk, type Disk } from './support/mortal.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

// The same vaults are opened again and again.
vi.mock(import('../../crypto/src/argon2.ts'), async (original) => {
  const { deriveOnce } = await import('./support/derive-once.ts');
  return deriveOnce(original);
});

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

type Signed = { readonly bytes: string; readonly signature: string };
const refused = (code: ErrorCode) => (error: unknown) => isSealError(error, code);
const rng = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** The devices that everything was encrypted for which this client sent. */
function addressed({ calls }: LyingServer): ReadonlySet<string> {
  return new Set(
    calls
      .filter(({ path }) => path === 'messages.send' || path === 'messages.retry')
      .flatMap(({ input }) => [...((input['envelopes'] as { deviceId: string }[] | undefined) ?? []), input])
      .flatMap(({ deviceId }) => (deviceId === undefined ? [] : [deviceId as string])),
  );
}

const called = ({ calls }: LyingServer, path: string): number => calls.filter((call) => call.path === path).length;

/** Puts `chain` in the place of what the server answers about the lists of `userId`. */
const instead =
  (userId: UserId, chain: (honest: readonly Signed[]) => readonly Signed[]): AnswerHook =>
  (answer) => ({
    ...answer,
    lists: (answer['lists'] as { userId: string; chain: Signed[] }[]).map((list) =>
      list.userId === userId ? { ...list, chain: chain(list.chain) } : list,
    ),
  });

async function chainOf(client: SealClient, userId: UserId, since = 0): Promise<readonly Signed[]> {
  const { lists } = await client.api.devices.lists.query({ users: [{ userId, since }] });
  return lists[0]!.chain;
}

/** What a device keeps, as its thief finds it. */
async function stolenFrom(disk: Disk) {
  const reader = rowReader(await disk.live().store('stolen'));
  const account = (await reader.get(ROWS.account))!;
  return { account, known: (await reader.get(ROWS.peer(account.userId)))!.known };
}

/**
 * A list with a device of the thief's own on top of `previous`, signed with the account key of the stolen device, under
 * the certificate of that key.
 *
 * @param claimed the certificate that it says it is under instead
 */
async function stolenKeyList(
  { account, known }: { readonly account: AccountRow; readonly known: DeviceListState },
  previous: DeviceListState,
  claimed?: DeviceListState['list']['certificate'],
) {
  const curves = await selectCurves(crypto.subtle);
  const keys = await createDeviceKeys({ curves, rng });
  const { tenantId, userId, username, accountKey: key, archive } = account;
  const { signed } = await extendDeviceList({
    curves,
    rng,
    account: { tenantId, userId, username, certificate: known.list.certificate, key, archive },
    previous,
    author: keys.deviceId,
    add: [{ keys, name: '' }],
    now: Date.now(),
  });
  if (claimed === undefined) return { keys, signed: textOf(signed) };
  const bytes = encode(deviceListCodec, { ...decode(deviceListCodec, signed.bytes), certificate: claimed });
  return { keys, signed: textOf({ bytes, signature: await curves.sign(key, deviceListSignatureInput(bytes)) }) };
}

const textOf = ({ bytes, signature }: DeviceListState['signed']): Signed => ({
  bytes: toBase64(bytes),
  signature: toBase64(signature),
});

/** Changes one device's key in a list, whose signature stays. */
function withSwappedKey({ bytes, signature }: Signed): Signed {
  const list = decode(deviceListCodec, fromBase64(bytes)!);
  const devices = list.devices.map((device, i) =>
    i === 0 ? { ...device, dhKey: rng(32) as typeof device.dhKey } : device,
  );
  return { bytes: toBase64(encode(deviceListCodec, { ...list, devices })), signature };
}

/**
 * Alice, behind a server that may lie to her, who knows Bob with his first device. His second one was stolen with all
 * that was on it, and removed: since then his account has another key. `earlier` are the lists of before.
 */
async function robbed() {
  const server = createLyingServer();
  const [alice, bob, mallory] = await Promise.all([house.enter(null, server), house.enter(null), house.enter(null)]);
  await Promise.all([alice, bob, mallory].map(({ client }) => online(client)));
  const errors: ErrorCode[] = [];
  alice.client.on('error', ({ code }) => errors.push(code));
  const disk = createDisk();
  const second = await addDevice(house, bob.client, disk.live());
  const atAlice = await alice.client.openDm(bob.userId);
  await say(atAlice, 'to both');
  const stolen = await stolenFrom(disk);
  const removed = deviceIdOf(second);
  const [earlier] = await chainOf(bob.client, bob.userId);
  await bob.client.revokeDevice(removed);
  await say(atAlice, 'to one');
  const atBob = await dmWith(bob.client, alice.userId);
  await expectShown(atBob, ['to both', 'to one']);
  await until(atAlice.messages, ({ deviceLines }) => deviceLines.length === 1, 'the removal');
  return { server, alice, bob, mallory, errors, stolen, removed, earlier: earlier!, atAlice, atBob };
}

type Robbed = Awaited<ReturnType<typeof robbed>>;

/** What Alice sees and sends after a lie about Bob's list: nothing new, to nobody new. */
async function expectNothingNew({ server, bob, removed, atAlice, atBob }: Robbed, before: number): Promise<void> {
  expect(atAlice.messages.get().deviceLines.map(({ kind }) => kind)).toEqual(['removed']);
  expect(atAlice.summary.get()?.peer).toMatchObject({ isIdentityTrusted: true });
  await say(atAlice, 'still to one');
  await expectShown(atBob, ['to both', 'to one', 'still to one']);
  const later = { ...server, calls: server.calls.slice(before) };
  expect([...addressed(later)]).toEqual([deviceIdOf(bob.client)]);
  expect(addressed(later).has(removed)).toBe(false);
}

describe('a server that lies about the devices of a contact', () => {
  const LIES: readonly (readonly [
    name: string,
    chain: (scene: Robbed) => Promise<(honest: readonly Signed[]) => readonly Signed[]>,
    refusal: ErrorCode,
  ])[] = [
    [
      'shows the list of before the removal again',
      async ({ earlier }) =>
        () => [earlier],
      'DEVICE_LIST_REJECTED',
    ],
    [
      'shows a list that the replaced account key signs, on top of the newest',
      async ({ bob, stolen }) => {
        const [newest] = await chainOf(bob.client, bob.userId);
        const known = await stateOf(stolen, newest!);
        const { signed } = await stolenKeyList(stolen, known, known.list.certificate);
        return () => [signed];
      },
      'BAD_SIGNATURE',
    ],
    [
      'shows a list under the certificate of before, on top of the newest',
      async ({ bob, stolen }) => {
        const [newest] = await chainOf(bob.client, bob.userId);
        const known = await stateOf(stolen, newest!);
        const { signed } = await stolenKeyList(stolen, known);
        return () => [signed];
      },
      'DEVICE_LIST_REJECTED',
    ],
    [
      'exchanges the key of a device',
      async ({ bob }) => {
        const [newest] = await chainOf(bob.client, bob.userId);
        return () => [withSwappedKey(newest!)];
      },
      'BAD_SIGNATURE',
    ],
    [
      'shows the list of another person',
      async ({ mallory }) => {
        const chain = await chainOf(mallory.client, mallory.userId);
        return () => chain;
      },
      'DEVICE_LIST_REJECTED',
    ],
    [
      'cuts the list',
      async ({ bob }) => {
        const [newest] = await chainOf(bob.client, bob.userId);
        return () => [{ ...newest!, bytes: newest!.bytes.slice(0, -8) }];
      },
      'MALFORMED',
    ],
  ];

  it.each(LIES)(
    'and %s: it is refused, nothing is shown, and nothing goes to a new device',
    async (_, lie, refusal) => {
      const scene = await robbed();
      const { server, bob, errors } = scene;
      const chain = await lie(scene);
      const before = server.calls.length;
      server.lie({ answers: { 'devices.lists': instead(bob.userId, chain) } });
      server.inject([{ type: 'device-list', userId: bob.userId, version: 99 }]);
      await expect.poll(() => errors).toContain(refusal);
      await server.expectFired();
      await expectNothingNew(scene, before);
    },
  );

  const FIRST: readonly (readonly [
    name: string,
    change: (list: Signed, other: Signed) => readonly Signed[],
    ErrorCode,
  ])[] = [
    [
      'cuts the one list that someone new is shown',
      (list) => [{ ...list, bytes: list.bytes.slice(0, -8) }],
      'MALFORMED',
    ],
    ['shows the list of another person to someone new', (_, other) => [other], 'DEVICE_LIST_REJECTED'],
    ['exchanges a key for someone new', (list) => [withSwappedKey(list)], 'BAD_SIGNATURE'],
    [
      'spoils the signature for someone new',
      (list) => [{ ...list, signature: flipLast(list.signature) }],
      'BAD_SIGNATURE',
    ],
    ['shows someone new no list at all', () => [], 'NOT_FOUND'],
  ];

  it.each(FIRST)('and %s: nothing is encrypted, and the message says why', async (_, change, refusal) => {
    const server = createLyingServer();
    const [alice, bob, mallory] = await Promise.all([house.enter(null, server), house.enter(null), house.enter(null)]);
    await Promise.all([alice, bob, mallory].map(({ client }) => online(client)));
    const [[list], [other]] = await Promise.all([
      chainOf(bob.client, bob.userId),
      chainOf(mallory.client, mallory.userId),
    ]);
    server.lie({ answers: { 'devices.lists': instead(bob.userId, () => change(list!, other!)) } });
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('to nobody');
    const { messages } = await until(
      atAlice.messages,
      (shown) => shown.messages[0]?.status === 'failed',
      'the message to fail',
    );
    expect(messages[0]?.failure).toEqual({ code: refusal });
    await server.expectFired();
    expect(addressed(server).size).toBe(0);
    server.lie({});
    await atAlice.retry(messages[0]!.messageId);
    await expectShown(await dmWith(bob.client, alice.userId), ['to nobody']);
  });

  it('and takes in a device by the account key alone: it is a line before anything is sent to it', async () => {
    const server = createLyingServer();
    const [alice, bob] = await Promise.all([house.enter(null, server), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const disk = createDisk();
    await addDevice(house, bob.client, disk.live());
    const atAlice = await alice.client.openDm(bob.userId);
    await say(atAlice, 'one');
    const stolen = await stolenFrom(disk);
    const { keys, signed } = await stolenKeyList(stolen, stolen.known);
    server.lie({ answers: { 'devices.lists': instead(bob.userId, (honest) => [...honest, signed]) } });
    server.inject([{ type: 'device-list', userId: bob.userId, version: stolen.known.list.version + 1 }]);
    await until(atAlice.messages, ({ deviceLines }) => deviceLines.length > 0, 'the line');
    expect(lines(atAlice)).toEqual([{ kind: 'added', userId: bob.userId, deviceId: keys.deviceId, afterSeq: 1 }]);
    expect(addressed(server).has(keys.deviceId)).toBe(false);
    await server.expectFired();
  });
});

function lines(conversation: Conversation) {
  return conversation.messages
    .get()
    .deviceLines.map(({ kind, userId, deviceId, afterSeq }) => ({ kind, userId, deviceId, afterSeq }));
}

/** The newest list as a state to go on from, as a thief who has seen it can. */
async function stateOf({ known }: { readonly known: DeviceListState }, newest: Signed): Promise<DeviceListState> {
  const { verifyDeviceListChain } = await import('@seal-chat/crypto');
  const { tenantId, userId } = known.list;
  return verifyDeviceListChain({
    curves: await selectCurves(crypto.subtle),
    expected: { tenantId, userId },
    known: null,
    chain: [{ bytes: fromBase64(newest.bytes)!, signature: fromBase64(newest.signature)! }],
  });
}

describe('a server that lies about the vault', () => {
  /** The vault that the server hands out to who proves the code, as `client.recover` gets it. */
  async function vaultOf(server: LyingServer, username: string, recoveryCode: string): Promise<Json> {
    let seen: Json | null = null;
    server.lie({ answers: { 'vault.unlock': (answer) => (seen = answer) } });
    const witness = house.open(server);
    await witness.recover({ username, recoveryCode });
    await witness.close();
    return seen!;
  }

  it('the vault of another account opens nothing, and no device joins', async () => {
    const server = createLyingServer();
    const [ann, eve] = await Promise.all([house.enterWithCode('Ann.vault'), house.enterWithCode('Eve.vault')]);
    const other = await vaultOf(server, 'eve.vault', eve.recoveryCode);
    const own = await vaultOf(server, 'ann.vault', ann.recoveryCode);
    const before = called(server, 'auth.join');
    for (const told of [other, { ...own, record: other['record'] }, { ...other, userId: own['userId'] }]) {
      server.lie({ answers: { 'vault.unlock': () => told } });
      const client = house.open(server);
      await expect(client.recover({ username: 'ann.vault', recoveryCode: ann.recoveryCode })).rejects.toSatisfy(
        (error) => isSealError(error, 'VAULT_REJECTED') || isSealError(error, 'WRONG_CODE'),
      );
      expect(client.account.get().status).not.toBe('signed-in');
    }
    await server.expectFired();
    expect(called(server, 'auth.join')).toBe(before);
  });

  it('a vault of before the account key was replaced lets no device join, and finishes nothing', async () => {
    const server = createLyingServer();
    const owner = await house.enterWithCode('Old.vault', { deviceName: 'first' });
    await online(owner.client);
    const stale = await vaultOf(server, 'old.vault', owner.recoveryCode);
    const [gone] = (await owner.client.listDevices()).filter(({ isThisDevice }) => !isThisDevice);
    await owner.client.revokeDevice(gone!.deviceId);
    const before = called(server, 'auth.join');
    server.lie({ answers: { 'vault.unlock': () => stale } });
    const again = house.open(server);
    const recovering = again.recover({ username: 'old.vault', recoveryCode: owner.recoveryCode });
    await expect(recovering).rejects.toSatisfy(refused('VAULT_REJECTED'));
    expect(called(server, 'auth.join')).toBe(before);
    await server.expectFired();
    server.lie({});
    await again.recover({ username: 'old.vault', recoveryCode: owner.recoveryCode });
    expect(again.account.get().status).toBe('signed-in');
  });
});

describe('a server that lies in a challenge', () => {
  it('of another tenant: nothing is signed for it', async () => {
    const server = createLyingServer();
    const alice = await house.enter(null, server);
    await online(alice.client);
    await alice.client.signOut();
    const before = called(server, 'auth.signIn');
    server.lie({ answers: { 'auth.challenge': (answer) => ({ ...answer, tenantId: alice.userId }) } });
    await expect(alice.client.signIn()).rejects.toSatisfy(refused('UNKNOWN_APP_KEY'));
    await server.expectFired();
    expect(called(server, 'auth.signIn')).toBe(before);
  });

  it('of another device: what is signed names this device, and signs in no other', async () => {
    const server = createLyingServer();
    const [alice, bob] = await Promise.all([house.enter(null, server), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    await alice.client.signOut();
    const asked = await bob.client.api.auth.challenge.mutate({});
    const [userId, deviceId] = [bob.userId, deviceIdOf(bob.client)];
    server.lie({
      answers: { 'auth.challenge': () => ({ ...asked }) },
      // What Alice's device has signed for it is handed in as the other device's.
      inputs: { 'auth.signIn': (input) => ({ ...input, userId, deviceId }) },
    });
    await expect(alice.client.signIn()).rejects.toSatisfy(refused('BAD_SIGNATURE'));
    await server.expectFired();
    const proof = server.calls.findLast(({ path }) => path === 'auth.signIn')!.input;
    expect(proof).toMatchObject({ challengeId: asked.challengeId, userId: alice.userId });
    server.lie({});
    await alice.client.signIn();
    expect(alice.client.account.get().status).toBe('signed-in');
  });
});
