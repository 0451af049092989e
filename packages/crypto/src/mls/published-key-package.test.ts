import { CHANNEL_LIMITS, type Bytes } from '@seal-chat/protocol';
import { signKeyPackage, type KeyPackage } from 'ts-mls/keyPackage.js';
import { describe, expect, it } from 'vitest';
import { TENANT, TestChannel, depsFor, memberOf, type TestDevice } from '../../test/mls.ts';
import { encodePublished, forgeCommit } from '../../test/mls-forge.ts';
import { codeOf } from '../../test/seal-error.ts';
import { sha256 } from '../kdf.ts';
import { doorPskId } from './door-psks.ts';
import { checkKeyPackage, createCommit, createKeyPackage } from './index.ts';
import { cipherSuite } from './provider/provider.ts';
import { decodePublished } from './published-key-package.ts';
import { toWire } from './wire.ts';

async function two() {
  const channel = await TestChannel.create('ann 1');
  const [bob] = await channel.with('bob 1');
  return { channel, ann: channel.devices[0]!, bob: bob! };
}

describe('a KeyPackage as it is published', () => {
  const REFUSED = ['MALFORMED', 'MALFORMED'];

  /** What a look at it says, and what adding it does. */
  async function verdicts(bytes: Bytes, { ann, bob, dan }: { ann: TestDevice; bob: TestDevice; dan: TestDevice }) {
    const member = memberOf(dan.identity);
    const { authenticate } = ann.directory;
    const expectation = { bytes, expected: member, tenantId: TENANT, authenticate };
    const adds = [{ member, keyPackage: bytes }];
    return [
      await codeOf(() => checkKeyPackage(bob.deps, expectation)),
      await codeOf(() => createCommit(ann.deps, { ...ann.context, adds, removes: [] })),
    ];
  }

  async function offered() {
    const { channel, ann, bob } = await two();
    const [dan, eve] = [await channel.device('dan 1'), await channel.device('eve 1')];
    const [own, other] = [await dan.keyPackage(), await eve.keyPackage()];
    return { at: { ann, bob, dan }, own: own.publicBytes, other: decodePublished(other.publicBytes).doorKey };
  }

  it('with another ML-KEM key in front is refused', async () => {
    const { at, own, other } = await offered();
    expect(await verdicts(encodePublished({ ...decodePublished(own), doorKey: other }), at)).toEqual(REFUSED);
  });

  it('without the key, or without its hash under the signature, is refused', async () => {
    const { at, own } = await offered();
    const { keyPackage, doorKey } = decodePublished(own);
    const bare = toWire({ wireformat: 'mls_key_package', keyPackage });
    const { signature } = await cipherSuite(at.dan.deps, 3, at.dan.identity.signKey);
    const unsigned = await signKeyPackage({ ...keyPackage, extensions: [] }, new Uint8Array(0), signature);
    expect(await verdicts(encodePublished({ doorKey, keyPackage: unsigned }), at)).toEqual(REFUSED);
    const { authenticate } = at.ann.directory;
    const expectation = { bytes: bare, expected: memberOf(at.dan.identity), tenantId: TENANT, authenticate };
    expect(['MALFORMED', 'UNSUPPORTED_VERSION']).toContain(
      await codeOf(() => checkKeyPackage(at.bob.deps, expectation)),
    );
  });

  it('whose owner has signed what is no ML-KEM key is refused', async () => {
    const { at, own } = await offered();
    const { keyPackage, doorKey } = decodePublished(own);
    doorKey.fill(0xff, 0, 3);
    const { signature } = await cipherSuite(at.dan.deps, 3, at.dan.identity.signKey);
    const extensions = [{ extensionType: 0xf5e1, extensionData: sha256(doorKey) }];
    const signed = await signKeyPackage({ ...keyPackage, extensions }, new Uint8Array(0), signature);
    expect(await verdicts(encodePublished({ doorKey, keyPackage: signed }), at)).toEqual(REFUSED);
  });

  it('that a member adds without the hash is refused by the others', async () => {
    const { channel, ann, bob } = await two();
    const dan = await channel.device('dan 1');
    const now = Date.now();
    const input = { suite: channel.suite, identity: dan.identity, isLastResort: false };
    const { publicBytes } = await createKeyPackage(depsFor('dan', now), input);
    const { keyPackage } = decodePublished(publicBytes);
    const { signature } = await cipherSuite(dan.deps, 3, dan.identity.signKey);
    const unsigned: KeyPackage = await signKeyPackage({ ...keyPackage, extensions: [] }, new Uint8Array(0), signature);
    Object.assign(bob.deps, { now });
    const preSharedKeyId = doorPskId('welcome', 1n, new Uint8Array(32));
    const commit = await forgeCommit(ann, {
      proposals: [
        { proposalType: 'add', add: { keyPackage: unsigned } },
        { proposalType: 'psk', psk: { preSharedKeyId } },
      ],
    });
    await expect(bob.process(commit, ann)).rejects.toMatchObject({
      code: 'INVALID_COMMIT',
      message: expect.stringContaining('post-quantum key'),
    });
  });

  it('of more bytes than the server takes is refused before it is looked at', async () => {
    const most = new Uint8Array(CHANNEL_LIMITS.keyPackage);
    expect(await codeOf(() => decodePublished(most))).not.toBe('TOO_LARGE');
    expect(await codeOf(() => decodePublished(new Uint8Array(most.length + 1)))).toBe('TOO_LARGE');
  });
});
