import { describe, expect, it } from 'vitest';
import { NOW, TestChannel, depsFor, id, memberOf } from '../../test/mls.ts';
import { codeOf } from '../../test/seal-error.ts';
import { createCommit, createKeyPackage } from './index.ts';

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

  it('that its device list does not vouch for', async () => {
    const { channel, ann } = await two();
    const dan = await channel.device('dan 1');
    channel.directory.forget(dan.identity);
    expect(await codeOf(() => ann.commit([dan]))).toBe('UNVERIFIED_DEVICE');
  });
});

async function two() {
  const channel = await TestChannel.create('ann 1');
  await channel.with('bob 1');
  return { channel, ann: channel.devices[0]! };
}
