import { CHANNEL_LIMITS, SealError, asKey, utf8, type Bytes } from '@seal-chat/protocol';
import { signGroupInfo } from 'ts-mls/groupInfo.js';
import { deriveKeySchedule } from 'ts-mls/keySchedule.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { computePskSecret, type PreSharedKeyID } from 'ts-mls/presharedkey.js';
import { describe, expect, it } from 'vitest';
import { TestChannel, depsFor, memberOf, type TestDevice } from '../../test/mls.ts';
import { forge, forgeCommit, type ForgedPsk } from '../../test/mls-forge.ts';
import { follow, isOpenToX25519 } from '../../test/recorder.ts';
import { codeOf } from '../../test/seal-error.ts';
import { doorPskId } from './door-psks.ts';
import { decodeEpoch } from './epoch.ts';
import { onlyExtension } from './extensions.ts';
import { openExternalDoor } from './external-door.ts';
import { createCommit, createKeyPackage, describeGroup } from './index.ts';
import { openPrivateKeyPackage } from './key-package.ts';
import { cipherSuite } from './provider/provider.ts';
import { decodePublished } from './published-key-package.ts';
import { decodeWelcome, encodeWelcome, openPsk, type GuardedWelcome } from './welcome-door.ts';
import { fromWire, toWire } from './wire.ts';

/** GroupInfo extension with the ML-KEM key. */
const EXTERNAL_DOOR_KEY = 0xf5e2;

async function two() {
  const channel = await TestChannel.create('ann 1');
  const [bob] = await channel.with('bob 1');
  return { channel, ann: channel.devices[0]!, bob: bob! };
}

async function invited() {
  const { channel, ann, bob } = await two();
  const [cid, dan] = [await channel.device('cid 1'), await channel.device('dan 1')];
  const made = await ann.commit([cid, dan]);
  return { channel, ann, bob, cid, dan, made, welcome: made.welcome!, privateBytes: made.packages[0]!.privateBytes };
}

const flipped = (bytes: Bytes, at: number): Bytes => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('the door of a Welcome', () => {
  const spoilt: readonly (readonly [string, (welcome: GuardedWelcome) => GuardedWelcome])[] = [
    ['an altered ciphertext', (one) => withDoor(one, (door) => ({ ...door, ciphertext: flipped(door.ciphertext, 7) }))],
    ['an altered sealed PSK', (one) => withDoor(one, (door) => ({ ...door, sealedPsk: flipped(door.sealedPsk, 40) }))],
    ['the door of another device', ({ welcome, doors }) => ({ welcome, doors: doors.toReversed() })],
    ['a door too few', ({ welcome, doors }) => ({ welcome, doors: doors.slice(1) })],
    ['a door too many', ({ welcome, doors }) => ({ welcome, doors: [...doors, doors[0]!] })],
    ['no door', ({ welcome }) => ({ welcome, doors: [] })],
  ];

  it.each(spoilt)('with %s lets nobody in, and the honest Welcome does afterwards', async (_, spoil) => {
    const { cid, welcome, privateBytes } = await invited();
    const bad = encodeWelcome(spoil(decodeWelcome(welcome)));
    expect(await codeOf(() => cid.welcomed(bad, privateBytes))).toBe('MALFORMED');
    expect(cid.state).toBeNull();
    expect((await cid.welcomed(welcome, privateBytes)).description.epoch).toBe(2);
  });

  it('of another Welcome in the same epoch lets nobody in', async () => {
    const { ann, bob, cid, welcome, made } = await invited();
    const [first] = made.packages;
    const adds = [{ member: memberOf(cid.identity), keyPackage: first!.publicBytes }];
    const other = await createCommit(bob.deps, { ...bob.context, adds, removes: [] });
    const { doors } = decodeWelcome(other.welcome!);
    const mixed = decodeWelcome(welcome);
    const bad = encodeWelcome({ welcome: mixed.welcome, doors: [doors[0]!, mixed.doors[1]!] });
    expect(await codeOf(() => cid.welcomed(bad, first!.privateBytes))).toBe('MALFORMED');
    await bob.process(made.commit, ann);
    expect((await cid.welcomed(welcome, first!.privateBytes)).state).toBeDefined();
  });

  const forgeries: readonly (readonly [string, (honest: ForgedPsk) => readonly ForgedPsk[]])[] = [
    ['no PSK', () => []],
    ['the PSK twice', (one) => [one, { ...one, id: { ...one.id, pskNonce: new Uint8Array(32) } }]],
    ['a PSK of another epoch', (one) => [{ ...one, id: doorPskId('welcome', 0n, new Uint8Array(32)) }]],
    ['the PSK of the other door', (one) => [{ ...one, id: doorPskId('external', 1n, new Uint8Array(32)) }]],
    ['a short nonce', (one) => [{ ...one, id: { ...one.id, pskNonce: new Uint8Array(16) } }]],
    ['a PSK of its own', (one) => [{ ...one, id: externalId(utf8('mine')) }]],
    ['a resumption PSK', (one) => [{ ...one, id: resumptionId() }]],
  ];

  it.each(forgeries)(
    'a Commit that adds a device with %s is refused by members and by the device',
    async (_, change) => {
      const { channel, ann, bob } = await two();
      const cid = await channel.device('cid 1');
      const now = Date.now(); // the bare library has no other clock
      const input = { suite: channel.suite, identity: cid.identity, isLastResort: false };
      const { publicBytes, privateBytes } = await createKeyPackage(depsFor('cid', now), input);
      const { commit, welcome } = await forge(ann, { adds: [publicBytes], psks: change });
      Object.assign(bob.deps, { now });
      Object.assign(cid.deps, { now });
      const before = bob.state;
      expect(await codeOf(() => bob.process(commit, ann))).toBe('INVALID_COMMIT');
      expect(bob.state).toBe(before);
      expect(await codeOf(() => cid.welcomed(welcome!, privateBytes))).toBe('MALFORMED');
      const honest = await forge(ann, { adds: [publicBytes] });
      expect(await bob.process(honest.commit, ann)).toMatchObject({ epoch: 2, added: [memberOf(cid.identity)] });
      expect((await cid.welcomed(honest.welcome!, privateBytes)).description).toEqual(describeGroup(bob.state!));
    },
  );

  it('a Commit in which another secret stands for the PSK is refused by members', async () => {
    const { channel, ann, bob } = await two();
    const cid = await channel.device('cid 1');
    const input = { suite: channel.suite, identity: cid.identity, isLastResort: false };
    const now = Date.now();
    const { publicBytes } = await createKeyPackage(depsFor('cid', now), input);
    const psk = new Uint8Array(32);
    const commit = await forgeCommit(ann, { adds: [publicBytes], psks: ({ id }) => [{ id, psk }] });
    Object.assign(bob.deps, { now });
    expect(await codeOf(() => bob.process(commit, ann))).toBe('INVALID_COMMIT');
  });

  it('a Commit that adds nobody has no PSK, even the right one', async () => {
    const { ann, bob } = await two();
    const commit = await forgeCommit(ann, { psks: (honest) => [honest] });
    await expect(bob.process(commit, ann)).rejects.toMatchObject({
      code: 'INVALID_COMMIT',
      message: expect.stringContaining('a PSK of a kind'),
    });
  });

  it('a Welcome to a Commit that lost has another PSK than that to the one that won', async () => {
    const { ann, bob, cid, welcome, privateBytes, made } = await invited();
    const adds = [{ member: memberOf(cid.identity), keyPackage: made.packages[0]!.publicBytes }];
    const won = await createCommit(bob.deps, { ...bob.context, adds, removes: [] });
    const psks = await Promise.all([welcome, won.welcome!].map((one) => pskIn(ann, one, privateBytes)));
    expect(psks[0]).not.toEqual(psks[1]);
  });
});

describe('the door of an external Commit', () => {
  it('opens by the same key in every GroupInfo of an epoch, and by another in the next', async () => {
    const { channel, ann, bob } = await two();
    const { commit, groupInfo } = await ann.commit([]);
    await bob.process(commit, ann);
    const key = keyIn(groupInfo);
    expect(key).toHaveLength(1184);
    expect(key).not.toEqual(keyIn(channel.groupInfo));
    const { keySchedule, suite } = decodeEpoch(bob.state!.epoch);
    const impl = await cipherSuite(bob.deps, suite.id, null);
    const kem = await bob.deps.kem();
    const { ciphertext, sharedSecret } = await kem.encapsulate(asKey(key!));
    expect(await openExternalDoor(bob.deps, keySchedule.exporterSecret, ciphertext, impl)).toEqual(sharedSecret);
  });

  it('is not entered with a GroupInfo that has no key, another or none of ML-KEM, and is with the honest one', async () => {
    const { channel, ann } = await two();
    const cid = await channel.device('cid 1');
    const { doorKey } = decodePublished((await cid.keyPackage()).publicBytes);
    const beyond = keyIn(channel.groupInfo)!.fill(0xff, 0, 3);
    for (const sign of [false, true])
      for (const data of [null, doorKey, beyond, doorKey.slice(1), new Uint8Array(0)]) {
        if (sign && data === doorKey) continue; // a member's word: its members will refuse the Commit
        const changed = await withKey(channel.groupInfo, data, sign ? ann : null);
        expect(await codeOf(() => cid.joinExternal(changed))).toBe('MALFORMED');
      }
    expect((await cid.joinExternal(channel.groupInfo)).removes).toEqual([]);
  });

  it('that a member has painted on leads to a Commit that its members refuse', async () => {
    const { channel, ann, bob } = await two();
    const cid = await channel.device('cid 1');
    const { doorKey } = decodePublished((await cid.keyPackage()).publicBytes);
    const { commit } = await cid.joinExternal(await withKey(channel.groupInfo, doorKey, ann));
    expect(await codeOf(() => bob.process(commit, cid))).toBe('INVALID_COMMIT');
    const honest = await cid.joinExternal(channel.groupInfo);
    expect((await bob.process(honest.commit, cid)).authenticator).toEqual(honest.authenticator);
  });

  type External = Extract<ReturnType<typeof contentOf>, { contentType: 'commit' }>;
  const changes: readonly (readonly [string, (content: External) => External])[] = [
    ['an altered ciphertext', (one) => ({ ...one, authenticatedData: flipped(asBytes(one.authenticatedData), 500) })],
    ['a short ciphertext', (one) => ({ ...one, authenticatedData: one.authenticatedData.slice(1) })],
    ['no ciphertext', (one) => ({ ...one, authenticatedData: new Uint8Array(0) })],
    ['no PSK', (one) => withoutPsk(one)],
  ];

  it.each(changes)('with %s is refused, and the honest one is taken afterwards', async (_, change) => {
    const { channel, bob } = await two();
    const cid = await channel.device('cid 1');
    const joined = await cid.joinExternal(channel.groupInfo);
    const { publicMessage } = fromWire(joined.commit, 'mls_public_message', CHANNEL_LIMITS.commit);
    const content = change(contentOf(joined.commit));
    const bad = toWire({ wireformat: 'mls_public_message', publicMessage: { ...publicMessage, content } });
    expect(await codeOf(() => bob.process(bad, cid))).toBe('INVALID_COMMIT');
    expect((await bob.process(joined.commit, cid)).authenticator).toEqual(joined.authenticator);
  });
});

describe('while ML-KEM cannot be loaded', () => {
  it('nothing is refused, and all goes on as soon as it can', async () => {
    const { channel, bob, cid, welcome, privateBytes } = await invited();
    const dan = await channel.device('dan 2');
    const joined = await dan.joinExternal(channel.groupInfo);
    const offline = () => Promise.reject(new SealError('OFFLINE'));
    const [kem, kemOfCid] = [bob.deps.kem, cid.deps.kem];
    Object.assign(bob.deps, { kem: offline });
    Object.assign(cid.deps, { kem: offline });
    expect(await codeOf(() => bob.process(joined.commit, dan))).toBe('OFFLINE');
    expect(await codeOf(() => cid.welcomed(welcome, privateBytes))).toBe('OFFLINE');
    Object.assign(bob.deps, { kem });
    Object.assign(cid.deps, { kem: kemOfCid });
    expect((await bob.process(joined.commit, dan)).authenticator).toEqual(joined.authenticator);
    expect((await cid.welcomed(welcome, privateBytes)).description.epoch).toBe(2);
  });
});

describe('who records everything and can break X25519 later', () => {
  it('finds the joiner secret in a Welcome, and neither its GroupInfo nor the keys of the epoch', async () => {
    const { ann, cid, made, welcome, privateBytes } = await invited();
    await cid.welcomed(welcome, privateBytes);
    const { keyPackage, privateKeys, doorSeed } = openPrivateKeyPackage(privateBytes);
    const suite = await cipherSuite(ann.deps, 3, null);
    const ref = await makeKeyPackageRef(keyPackage, suite.hash);
    const recorded = decodeWelcome(welcome);
    // The private X25519 key, computed from the public one.
    const initKey = await suite.hpke.importPrivateKey(privateKeys.initPrivateKey);
    const secrets = (await decryptGroupSecrets(initKey, ref, recorded.welcome, suite.hpke))!;
    // The GroupContext is public: the server has it with each Commit.
    const { groupContext } = fromWire(made.groupInfo, 'mls_group_info', CHANNEL_LIMITS.groupInfo).groupInfo;
    const noPsk = new Uint8Array(suite.kdf.size);
    await expect(decryptGroupInfo(recorded.welcome, secrets.joinerSecret, noPsk, suite)).rejects.toThrow(
      'authentication',
    );
    const real = decodeEpoch(cid.state!.epoch).keySchedule;
    const [guess] = await deriveKeySchedule(secrets.joinerSecret, noPsk, groupContext, suite.kdf);
    expect(guess.epochAuthenticator).not.toEqual(real.epochAuthenticator);
    // Nothing but the PSK is missing.
    const at = recorded.welcome.secrets.findIndex(({ newMember }) => newMember.join() === ref.join());
    const [pskId] = secrets.psks;
    const psk = await openPsk(await cid.deps.kem(), recorded.doors[at]!, { doorSeed, ref, pskId: pskId! });
    const pskSecret = await computePskSecret([[pskId!, psk]], suite);
    const [known] = await deriveKeySchedule(secrets.joinerSecret, pskSecret, groupContext, suite.kdf);
    expect(known.epochAuthenticator).toEqual(real.epochAuthenticator);
  });

  it('follows an external Commit with every X25519 key of the members, and does not get in', async () => {
    const { channel, ann } = await two();
    const cid = await channel.device('cid 1');
    const joined = await cid.joinExternal(channel.groupInfo);
    const { publicMessage } = fromWire(joined.commit, 'mls_public_message', CHANNEL_LIMITS.commit);
    const epoch = decodeEpoch(ann.state!.epoch);
    const suite = await cipherSuite(ann.deps, epoch.suite.id, null);
    expect(await isOpenToX25519(ann.state!, joined.commit)).toBe(false);
    // Nothing but the PSK is missing.
    const { authenticatedData } = publicMessage.content;
    const psk = await openExternalDoor(ann.deps, epoch.keySchedule.exporterSecret, authenticatedData, suite);
    expect(await follow(ann.state!, joined.commit, psk)).toEqual(
      decodeEpoch(joined.state.epoch).keySchedule.epochAuthenticator,
    );
  });
});

describe('sizes', () => {
  it('the keys and ciphertexts travel once, and Commits repeat none of them', async () => {
    const channel = await TestChannel.create('ann 1');
    const adds = await Promise.all(Array.from({ length: 50 }, (_, i) => channel.device(`d${i} 1`)));
    const { commit, welcome, groupInfo, packages } = await channel.commit(channel.devices[0]!, adds);
    expect(packages[0]!.publicBytes.length).toBeLessThan(1_600);
    // Of which the door takes 40: that the whole ML-KEM key were in each Add would make it 1,190.
    expect(commit.length / 50).toBeLessThan(380);
    expect(welcome!.length).toBeLessThan(80_000);
    const bare = await withKey(groupInfo, null, null);
    expect(groupInfo.length - bare.length).toBeLessThan(1_300);
    const renewed = await channel.commit(channel.devices[0]!, []);
    const { proposals } = contentOf(renewed.commit).commit;
    expect(proposals).toEqual([]);
    const cid = await channel.device('cid 1');
    const joined = await cid.joinExternal(channel.groupInfo);
    expect(joined.commit.length).toBeLessThan(6_000);
  });

  it('as many devices as the server takes in one Commit have room, and more are refused', async () => {
    const channel = await TestChannel.create('ann 1');
    const adds = await Promise.all(Array.from({ length: 101 }, (_, i) => channel.device(`d${i} 1`)));
    const [ann] = channel.devices;
    expect(await codeOf(() => ann!.commit(adds))).toBe('TOO_LARGE');
    const { welcome } = await ann!.commit(adds.slice(1));
    expect(welcome!.length).toBeLessThan(CHANNEL_LIMITS.welcome / 2);
  });
});

function withDoor(
  { welcome, doors }: GuardedWelcome,
  change: (door: GuardedWelcome['doors'][number]) => GuardedWelcome['doors'][number],
): GuardedWelcome {
  return { welcome, doors: doors.map(change) };
}

function externalId(pskId: Bytes): PreSharedKeyID {
  return { psktype: 'external', pskId, pskNonce: new Uint8Array(32) };
}

function resumptionId(): PreSharedKeyID {
  const pskGroupId = new Uint8Array(36);
  return { psktype: 'resumption', usage: 'application', pskGroupId, pskEpoch: 1n, pskNonce: new Uint8Array(32) };
}

/** The PSK that a device finds behind the door of a Welcome. */
async function pskIn(by: TestDevice, bytes: Bytes, privateBytes: Bytes): Promise<Bytes> {
  const { keyPackage, privateKeys, doorSeed } = openPrivateKeyPackage(privateBytes);
  const suite = await cipherSuite(by.deps, 3, null);
  const ref = await makeKeyPackageRef(keyPackage, suite.hash);
  const { welcome, doors } = decodeWelcome(bytes);
  const initKey = await suite.hpke.importPrivateKey(privateKeys.initPrivateKey);
  const secrets = (await decryptGroupSecrets(initKey, ref, welcome, suite.hpke))!;
  const at = welcome.secrets.findIndex(({ newMember }) => newMember.join() === ref.join());
  return openPsk(await by.deps.kem(), doors[at]!, { doorSeed, ref, pskId: secrets.psks[0]! });
}

function asBytes(bytes: Uint8Array): Bytes {
  return Uint8Array.from(bytes);
}

function contentOf(commit: Bytes) {
  const { content } = fromWire(commit, 'mls_public_message', CHANNEL_LIMITS.commit).publicMessage;
  if (content.contentType !== 'commit') throw new Error('not a Commit');
  return content;
}

function withoutPsk<T extends ReturnType<typeof contentOf>>(content: T): T {
  const proposals = content.commit.proposals.filter(
    (entry) => entry.proposalOrRefType !== 'proposal' || entry.proposal.proposalType !== 'psk',
  );
  return { ...content, commit: { ...content.commit, proposals } };
}

function keyIn(groupInfo: Bytes): Bytes | null {
  const { extensions } = fromWire(groupInfo, 'mls_group_info', CHANNEL_LIMITS.groupInfo).groupInfo;
  return onlyExtension(extensions, EXTERNAL_DOOR_KEY);
}

/** The GroupInfo with another key or none, signed again by a member where one is named. */
async function withKey(bytes: Bytes, key: Uint8Array | null, signer: TestDevice | null): Promise<Bytes> {
  const { groupInfo } = fromWire(bytes, 'mls_group_info', CHANNEL_LIMITS.groupInfo);
  const extensions = groupInfo.extensions.filter(({ extensionType }) => extensionType !== EXTERNAL_DOOR_KEY);
  if (key !== null) extensions.push({ extensionType: EXTERNAL_DOOR_KEY, extensionData: key });
  const changed = { ...groupInfo, extensions };
  if (signer === null) return toWire({ wireformat: 'mls_group_info', groupInfo: changed });

  const { signature } = await cipherSuite(signer.deps, 3, signer.identity.signKey);
  const { signature: _, ...contents } = changed;
  const signed = await signGroupInfo(contents, new Uint8Array(0), signature);
  return toWire({ wireformat: 'mls_group_info', groupInfo: signed });
}
