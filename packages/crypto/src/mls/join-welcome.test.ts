import { CHANNEL_LIMITS, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { extractWelcomeSecret, type GroupInfo } from 'ts-mls/groupInfo.js';
import type { GroupSecrets } from 'ts-mls/groupSecrets.js';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { computePskSecret } from 'ts-mls/presharedkey.js';
import { decryptGroupInfo, decryptGroupSecrets, encryptGroupInfo, encryptGroupSecrets } from 'ts-mls/welcome.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { TestChannel, type TestDevice } from '../../test/mls.ts';
import { openGroupInfo } from './group-info.ts';
import { openPrivateKeyPackage } from './key-package.ts';
import { cipherSuite } from './provider/provider.ts';
import { decodeWelcome, encodeWelcome, openPsk, type GuardedWelcome } from './welcome-door.ts';

/** The Welcome of a Commit with an UpdatePath, for one device. */
let welcome: Bytes;
let privateBytes: Bytes;
/** The GroupInfo of another Commit to the same epoch, which adds no device. */
let withoutCid: Bytes;
let cid: TestDevice;
let suite: CiphersuiteImpl;

beforeAll(async () => {
  const channel = await TestChannel.create('ann 1');
  const [bob] = await channel.with('bob 1');
  const [ann] = channel.devices;
  cid = await channel.device('cid 1');
  withoutCid = (await ann!.commit([])).groupInfo;
  const made = await ann!.commit([cid], [bob!]);
  welcome = made.welcome!;
  ({ privateBytes } = made.packages[0]!);
  suite = await cipherSuite(cid.deps, channel.suite, null);
});

/** The Welcome as the committer could have made it: with other secrets or another GroupInfo inside. */
async function resealed(change: {
  readonly secrets?: (secrets: GroupSecrets) => GroupSecrets;
  readonly info?: (info: GroupInfo) => GroupInfo;
}): Promise<Bytes> {
  const { keyPackage, privateKeys, doorSeed } = openPrivateKeyPackage(privateBytes);
  const { welcome: sealed, doors } = decodeWelcome(welcome);
  const ref = await makeKeyPackageRef(keyPackage, suite.hash);
  const initKey = await suite.hpke.importPrivateKey(privateKeys.initPrivateKey);
  const secrets = (await decryptGroupSecrets(initKey, ref, sealed, suite.hpke))!;
  const pskId = secrets.psks[0]!;
  const psk = await openPsk(await cid.deps.kem(), doors[0]!, { doorSeed, ref, pskId });
  const pskSecret = await computePskSecret([[pskId, psk]], suite);
  const info = (await decryptGroupInfo(sealed, secrets.joinerSecret, pskSecret, suite))!;
  const welcomeSecret = await extractWelcomeSecret(secrets.joinerSecret, pskSecret, suite.kdf);
  const encryptedGroupInfo = await encryptGroupInfo(change.info?.(info) ?? info, welcomeSecret, suite);
  const { ct, enc } = await encryptGroupSecrets(
    await suite.hpke.importPublicKey(keyPackage.initKey),
    encryptedGroupInfo,
    change.secrets?.(secrets) ?? secrets,
    suite.hpke,
  );
  const entry = { newMember: ref, encryptedGroupSecrets: { kemOutput: enc, ciphertext: ct } };
  return encodeWelcome({ doors, welcome: { ...sealed, secrets: [entry], encryptedGroupInfo } });
}

const changed = (change: (welcome: GuardedWelcome['welcome']) => Partial<GuardedWelcome['welcome']>): Bytes => {
  const { welcome: sealed, doors } = decodeWelcome(welcome);
  return encodeWelcome({ doors, welcome: { ...sealed, ...change(sealed) } });
};

const OTHER_SUITE = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519' as const;
const refusal = (reason: string) =>
  expect.objectContaining({ code: 'MALFORMED', message: expect.stringContaining(reason) });
const join = (bytes: Bytes) => cid.welcomed(bytes, privateBytes);

describe('a Welcome', () => {
  it('lets the device in when it is sealed again as it was', async () => {
    expect((await join(await resealed({}))).description.epoch).toBe(2);
  });

  it('with a path secret that is not that of the tree is refused', async () => {
    const bad = await resealed({
      secrets: (secrets) => ({ ...secrets, pathSecret: secrets.pathSecret!.map((byte) => byte ^ 1) }),
    });
    await expect(join(bad)).rejects.toEqual(refusal('path secret does not match'));
  });

  it('with more PSKs than that of the door is refused', async () => {
    const bad = await resealed({ secrets: ({ psks, ...rest }) => ({ ...rest, psks: [...psks, ...psks] }) });
    await expect(join(bad)).rejects.toEqual(refusal('PSK'));
  });

  it('of another ciphersuite, or into a group of another, is refused', async () => {
    await expect(join(changed(() => ({ cipherSuite: OTHER_SUITE })))).rejects.toEqual(refusal('another ciphersuite'));
    const bad = await resealed({
      info: (info) => ({ ...info, groupContext: { ...info.groupContext, cipherSuite: OTHER_SUITE } }),
    });
    await expect(join(bad)).rejects.toEqual(refusal('the group has another ciphersuite'));
  });

  it('whose GroupInfo no device of the group has signed is refused', async () => {
    const bad = await resealed({ info: (info) => ({ ...info, signature: new Uint8Array(64) }) });
    await expect(join(bad)).rejects.toEqual(refusal('GroupInfo signature'));
  });

  it('into a tree without the leaf of the device is refused', async () => {
    const { groupInfo } = openGroupInfo(withoutCid, CHANNEL_LIMITS.groupInfo);
    await expect(join(await resealed({ info: () => groupInfo }))).rejects.toEqual(refusal('no leaf'));
  });

  it('of more bytes than the server takes is refused before it is looked at', async () => {
    const most = new Uint8Array(CHANNEL_LIMITS.welcome);
    await expect(join(most)).rejects.not.toMatchObject({ code: 'TOO_LARGE' });
    await expect(join(new Uint8Array(most.length + 1))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});
