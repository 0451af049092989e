import { CHANNEL_LIMITS } from '@seal-chat/protocol';
import { signKeyPackage, type KeyPackage } from 'ts-mls/keyPackage.js';
import { describe, expect, it } from 'vitest';
import { NOW, TestChannel, depsFor, id, memberOf } from '../../test/mls.ts';
import { encodePublished } from '../../test/mls-forge.ts';
import { codeOf } from '../../test/seal-error.ts';
import { createCommit, createKeyPackage } from './index.ts';
import { cipherSuite } from './provider/provider.ts';
import { decodePublished } from './published-key-package.ts';

describe('a KeyPackage is refused', () => {
  async function offer(change: { now?: number; name?: string; suite?: number; damage?: boolean } = {}) {
    const { channel, ann } = await two();
    const dan = await channel.device('dan 1');
    const { publicBytes } = await createKeyPackage(depsFor('dan', change.now ?? NOW), {
      suite: change.suite ?? channel.suite,
      identity: dan.identity,
      isLastResort: false,
    });
    if (change.damage) publicBytes[publicBytes.length - 1]! ^= 1;
    const member = { ...memberOf(dan.identity), deviceId: id(change.name ?? 'dan 1') } as typeof dan.identity;
    return () =>
      createCommit(ann.deps, {
        ...ann.context,
        adds: [{ member: memberOf(member), keyPackage: publicBytes }],
        removes: [],
      });
  }
  const DAY = 24 * 3600 * 1000;

  it.each([
    ['of another device', { name: 'dan 2' }, 'MALFORMED'],
    ['with a wrong signature', { damage: true }, 'MALFORMED'],
    ['that has expired', { now: NOW - 92 * DAY }, 'MALFORMED'],
    ['from the future', { now: NOW + 3 * DAY }, 'MALFORMED'],
    ['of another ciphersuite', { suite: 84 }, 'MALFORMED'],
  ] as const)('%s', async (_, change, code) => {
    expect(await codeOf(await offer(change))).toBe(code);
  });

  it('is taken from a device whose clock is a little behind or ahead', async () => {
    for (const now of [NOW - 90 * DAY, NOW + DAY]) expect((await (await offer({ now }))()).welcome).not.toBeNull();
  });

  it.each([
    ['whose leaf is not signed, though the rest is', 'signature is wrong', (one) => ({ leafNode: unsigned(one) })],
    ['with one key for both uses', 'one key for both uses', ({ leafNode }) => ({ initKey: leafNode.hpkePublicKey })],
  ] as const satisfies readonly Forgery[])('%s', async (_, reason, change) => {
    const { channel, ann } = await two();
    const dan = await channel.device('dan 1');
    const { keyPackage, doorKey } = decodePublished((await dan.keyPackage()).publicBytes);
    const { signature } = await cipherSuite(dan.deps, channel.suite, dan.identity.signKey);
    const forged = { ...keyPackage, ...change(keyPackage) };
    const signed = await signKeyPackage(forged, dan.identity.signKey.privateKey, signature);
    const adds = [{ member: memberOf(dan.identity), keyPackage: encodePublished({ doorKey, keyPackage: signed }) }];
    await expect(createCommit(ann.deps, { ...ann.context, adds, removes: [] })).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining(reason),
    });
  });

  it('that its device list does not vouch for', async () => {
    const { channel, ann } = await two();
    const dan = await channel.device('dan 1');
    channel.directory.forget(dan.identity);
    expect(await codeOf(() => ann.commit([dan]))).toBe('UNVERIFIED_DEVICE');
  });
});

it('a KeyPackage says whether it may be used again, and its maker for how long it is good', async () => {
  const channel = await TestChannel.create('ann 1');
  const dan = await channel.device('dan 1');
  for (const [isLastResort, types] of [
    [false, [0xf5e1]],
    [true, [0xf5e1, 0x000a]],
  ] as const) {
    const { ref, publicBytes, expiresAt } = await dan.keyPackage(channel.suite, isLastResort);
    const { extensions, leafNode, cipherSuite: name } = decodePublished(publicBytes).keyPackage;
    const least = { versions: ['mls10'], ciphersuites: [name], extensions: [], proposals: [], credentials: ['basic'] };
    expect(leafNode.capabilities).toEqual(least);
    expect(extensions.map(({ extensionType }) => Number(extensionType))).toEqual(types);
    expect(ref).toHaveLength(32);
    expect(expiresAt).toBe(NOW + CHANNEL_LIMITS.keyPackageLifetimeMs);
  }
});

type Forgery = readonly [what: string, reason: string, change: (one: KeyPackage) => Partial<KeyPackage>];

const unsigned = ({ leafNode }: KeyPackage): KeyPackage['leafNode'] => ({ ...leafNode, signature: new Uint8Array(64) });

async function two() {
  const channel = await TestChannel.create('ann 1');
  await channel.with('bob 1');
  return { channel, ann: channel.devices[0]! };
}
