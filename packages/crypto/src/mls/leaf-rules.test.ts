import { CHANNEL_LIMITS, type DeviceId, type UserId } from '@seal-chat/protocol';
import type { LeafNode } from 'ts-mls/leafNode.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { describe, expect, it } from 'vitest';
import { NOW, TENANT, id } from '../../test/mls.ts';
import { codeOf } from '../../test/seal-error.ts';
import { checkLeafRules } from './leaf-rules.ts';
import { leafAt, leafOfDevice, leavesOf } from './leaves.ts';
import { checkLifetimeNow, checkLifetimeShape, lifetimeFrom } from './lifetimes.ts';
import { credentialOf } from './names.ts';
import { checkSuccessor, repeatedIn } from './successors.ts';

const SLACK = CHANNEL_LIMITS.clockSlackMs / 1_000;
const LIFETIME = CHANNEL_LIMITS.keyPackageLifetimeMs / 1_000;
const SECONDS = NOW / 1_000;

/** A leaf of a KeyPackage, whose keys are told apart by numbers; nothing of it is signed. */
function leaf(key: number, change: object = {}): LeafNode {
  const made = {
    leafNodeSource: 'key_package',
    lifetime: lifetimeFrom(NOW),
    extensions: [],
    capabilities: { credentials: ['basic'], versions: ['mls10'] },
    credential: credentialOf(TENANT, { userId: id<UserId>('ann'), deviceId: id<DeviceId>(`ann ${key}`) }),
    hpkePublicKey: new Uint8Array(32).fill(key),
    signaturePublicKey: new Uint8Array(32).fill(100 + key),
  };
  return { ...made, ...change } as unknown as LeafNode;
}

const lasting = (from: number, to: number) => leaf(1, { lifetime: { notBefore: BigInt(from), notAfter: BigInt(to) } });
const ofCommit = leaf(1, { leafNodeSource: 'commit', lifetime: undefined });

describe('a leaf', () => {
  it('has no extensions, and can do what every leaf of ours can', async () => {
    expect(() => checkLeafRules(leaf(1), NOW)).not.toThrow();
    for (const change of [
      { extensions: [{ extensionType: 1, extensionData: new Uint8Array(0) }] },
      { capabilities: { credentials: ['x509'], versions: ['mls10'] } },
      { capabilities: { credentials: ['basic'], versions: [] } },
      { lifetime: { notBefore: 2n, notAfter: 1n } },
    ])
      expect(await codeOf(() => checkLeafRules(leaf(1, change), NOW))).toBe('MALFORMED');
  });

  it('of a KeyPackage is valid from a slack before it was made, for its lifetime and no longer', async () => {
    expect(lifetimeFrom(NOW)).toEqual({ notBefore: BigInt(SECONDS - SLACK), notAfter: BigInt(SECONDS + LIFETIME) });
    expect(lifetimeFrom(0).notBefore).toBe(0n);
    const shape = (from: number, to: number) => () => checkLifetimeShape(lasting(from, to), NOW);
    expect(shape(SECONDS, SECONDS)).not.toThrow();
    expect(await codeOf(shape(SECONDS, SECONDS - 1))).toBe('MALFORMED');
    expect(shape(SECONDS, SECONDS + LIFETIME + SLACK)).not.toThrow();
    expect(await codeOf(shape(SECONDS, SECONDS + LIFETIME + SLACK + 1))).toBe('MALFORMED');
    expect(shape(SECONDS + SLACK, SECONDS + SLACK + 1)).not.toThrow();
    expect(await codeOf(shape(SECONDS + SLACK + 1, SECONDS + SLACK + 1))).toBe('MALFORMED');
  });

  it('is added while its KeyPackage is valid, give or take a slack, and never without one', async () => {
    const now = (from: number, to: number) => () => checkLifetimeNow(lasting(from, to), NOW);
    expect(now(SECONDS - LIFETIME, SECONDS - SLACK)).not.toThrow();
    expect(await codeOf(now(SECONDS - LIFETIME, SECONDS - SLACK - 1))).toBe('MALFORMED');
    expect(await codeOf(now(SECONDS, SECONDS - 1))).toBe('MALFORMED');
    expect(await codeOf(() => checkLifetimeNow(ofCommit, NOW))).toBe('MALFORMED');
    expect(() => checkLifetimeShape(ofCommit, NOW)).not.toThrow();
  });
});

describe('the leaves of a tree', () => {
  const node = (key: number, change?: object) => ({ nodeType: 'leaf' as const, leaf: leaf(key, change) });
  const parent = (key: number) => ({
    nodeType: 'parent' as const,
    parent: { hpkePublicKey: new Uint8Array(32).fill(key), parentHash: new Uint8Array(0), unmergedLeaves: [] },
  });
  const tree: RatchetTree = [node(1), parent(9), undefined, undefined, node(3)];
  const ann = (key: number) => ({ userId: id<UserId>('ann'), deviceId: id<DeviceId>(`ann ${key}`) });

  it('are found by their index and by their device', async () => {
    expect(leavesOf(tree, TENANT).map(({ index, member }) => [index, member])).toEqual([
      [0, ann(1)],
      [2, ann(3)],
    ]);
    expect(leafAt(tree, 2, TENANT)).toMatchObject({ index: 2, member: ann(3) });
    for (const index of [1, 3]) expect(await codeOf(() => leafAt(tree, index, TENANT))).toBe('UNDECRYPTABLE');
    expect(leafOfDevice(leavesOf(tree, TENANT), ann(3).deviceId)?.index).toBe(2);
    expect(leafOfDevice(leavesOf(tree, TENANT), ann(2).deviceId)).toBeUndefined();
  });

  it('hold no key and no device twice', async () => {
    const repeated = (nodes: RatchetTree) => repeatedIn(nodes, leavesOf(nodes, TENANT));
    expect(repeated(tree)).toBeNull();
    expect(repeated([node(1), parent(1)])).toContain('encryption key');
    const sameKey = { signaturePublicKey: leaf(1).signaturePublicKey };
    expect(repeated([node(1), undefined, node(2, sameKey)])).toContain('signature key');
    expect(repeated([node(1), undefined, node(2, { credential: leaf(1).credential })])).toContain('device');
    const twice: RatchetTree = [node(1), parent(1)];
    const check = () => checkSuccessor(twice, twice, { added: [], removed: [] }, TENANT);
    expect(await codeOf(check)).toBe('INVALID_COMMIT');
  });
});
