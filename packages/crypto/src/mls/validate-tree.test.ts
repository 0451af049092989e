import { CHANNEL_LIMITS, utf8 } from '@seal-chat/protocol';
import type { GroupInfo } from 'ts-mls/groupInfo.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { encodeParentHashInput } from 'ts-mls/parentHash.js';
import { leafWidth, root, toNodeIndex } from 'ts-mls/treemath.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOW, TENANT, TestChannel, groupName } from '../../test/mls.ts';
import { libraryConfig } from './config.ts';
import { openGroupInfo } from './group-info.ts';
import { credentialOf } from './names.ts';
import { areParentHashesValid, isBelow, treeHashes } from './parent-hashes.ts';
import { cipherSuite } from './provider/provider.ts';
import { sha256Family } from '../hpke/hashes.ts';
import { checkSuccessor } from './successors.ts';
import type { Authenticate } from './types.ts';
import { isTreeSound, validateTree } from './validate-tree.ts';

/** A tree with parents, an unmerged leaf and a blank one. */
let channel: TestChannel;
let groupInfo: GroupInfo;
let tree: RatchetTree;

beforeAll(async () => {
  channel = await TestChannel.create('m0');
  await channel.with('m1', 'm2', 'm3', 'm4');
  for (const member of channel.devices.slice()) await channel.commit(member, []);
  await channel.commit(channel.devices[0]!, [], [channel.devices[2]!]);
  await channel.commit(channel.devices[1]!, [await channel.device('m5')]);
  ({ groupInfo, tree } = openGroupInfo(channel.groupInfo, CHANNEL_LIMITS.groupInfo));
});

/** Validates a changed tree that has a hash of its own, as one by a dishonest signer would. */
async function verdict(
  change: (tree: RatchetTree) => void,
  given: { readonly treeHash?: Uint8Array; readonly authenticate?: Authenticate } = {},
): Promise<string> {
  const changed = tree.slice();
  change(changed);
  const { deps, directory } = channel.devices[0]!;
  try {
    await validateTree({
      tree: changed,
      groupContext: {
        ...groupInfo.groupContext,
        treeHash: given.treeHash ?? treeHashes(changed, sha256Family).of(root(leafWidth(changed.length))),
      },
      group: groupName(),
      suite: await cipherSuite(deps, channel.suite, null),
      hash: sha256Family,
      authenticate: given.authenticate ?? directory.authenticate,
      now: NOW,
    });
    return 'valid';
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^(MALFORMED|UNVERIFIED_DEVICE)$/) });
    return (error as Error).message;
  }
}

function leafIn(nodes: RatchetTree, index: number) {
  const node = nodes[2 * index];
  if (node?.nodeType !== 'leaf') throw new Error('no leaf');
  return node.leaf;
}

function parentsIn(nodes: RatchetTree) {
  return nodes.flatMap((node, index) => (node?.nodeType === 'parent' ? [{ index, parent: node.parent }] : []));
}

describe('a ratchet tree', () => {
  it('that was honestly made is valid', async () => expect(await verdict(() => {})).toBe('valid'));

  it('is refused with a leaf whose signature is wrong', async () => {
    const message = await verdict((nodes) => {
      const leaf = leafIn(nodes, 1);
      const signature = leaf.signature.slice();
      signature[0]! ^= 1;
      // Under a parent the parent hash would tell, too: 5 is on its own.
      nodes[2] = { nodeType: 'leaf', leaf: { ...leaf, signature } };
    });
    expect(message).toMatch(/signature|parent hash/);
    const alone = await TestChannel.create('m0');
    const only = openGroupInfo(alone.groupInfo, CHANNEL_LIMITS.groupInfo);
    const leaf = leafIn(only.tree, 0);
    const nodes: RatchetTree = [{ nodeType: 'leaf', leaf: { ...leaf, signature: new Uint8Array(64) } }];
    const { deps, directory } = alone.devices[0]!;
    await expect(
      validateTree({
        tree: nodes,
        groupContext: { ...only.groupInfo.groupContext, treeHash: treeHashes(nodes, sha256Family).of(root(1)) },
        group: groupName(),
        suite: await cipherSuite(deps, alone.suite, null),
        hash: sha256Family,
        authenticate: directory.authenticate,
        now: NOW,
      }),
    ).rejects.toThrow('signature');
  });

  it('is refused with a parent that no Commit put there', async () => {
    for (const { index, parent } of parentsIn(tree)) {
      const message = await verdict((nodes) => {
        nodes[index] = { nodeType: 'parent', parent: { ...parent, hpkePublicKey: new Uint8Array(32).fill(9) } };
      });
      expect(message).toContain('parent hash');
    }
  });

  it('is refused with unmerged leaves that do not exist or are not below the node', async () => {
    const { index, parent } = parentsIn(tree).at(-1)!;
    for (const unmergedLeaves of [[7], [0]]) {
      const message = await verdict((nodes) => {
        nodes[index] = { nodeType: 'parent', parent: { ...parent, unmergedLeaves } };
      });
      expect(message).toContain('unmerged');
    }
  });

  it('is refused with unmerged leaves that are listed twice or out of order', async () => {
    /** The tree with the leaves 0 and 1 unmerged at every parent above them, listed as `atTop` by the topmost one. */
    const withUnmerged = (atTop: readonly number[]) => (nodes: RatchetTree) => {
      const above = parentsIn(nodes).filter(({ index }) => [0, 2].every((leafNode) => isBelow(leafNode, index)));
      const top = above.reduce((a, b) => (isBelow(a.index, b.index) ? b : a));
      for (const { index, parent } of above)
        nodes[index] = {
          nodeType: 'parent',
          parent: { ...parent, unmergedLeaves: index === top.index ? [...atTop] : [0, 1] },
        };
    };
    expect(await verdict(withUnmerged([0, 1]))).not.toContain('unmerged');
    for (const listed of [
      [0, 0],
      [0, 0, 1],
      [0, 1, 1],
      [1, 0],
    ])
      expect(await verdict(withUnmerged(listed)), String(listed)).toContain('unmerged');
  });

  it('is refused with nodes where they cannot be, or twice', async () => {
    expect(
      await verdict((nodes) => {
        nodes[1] = nodes[0];
        nodes[0] = undefined;
      }),
    ).toMatch(/impossible places|parent/);
    expect(
      await verdict((nodes) => {
        nodes[2] = nodes[0];
      }),
    ).toContain('twice');
  });

  it('is refused when it is not the one that the members have agreed on', async () => {
    const treeHash = groupInfo.groupContext.treeHash.map((byte, i) => (i === 31 ? byte ^ 1 : byte));
    expect(await verdict(() => {}, { treeHash })).toContain('the tree hash');
  });

  it('is refused with a device that is not on its list, and with a leaf that breaks our rules', async () => {
    const [, second] = channel.devices;
    const authenticate: Authenticate = ({ deviceId }) => deviceId !== second!.identity.deviceId;
    expect(await verdict(() => {}, { authenticate })).toContain('no such key on its list');
    const message = await verdict((nodes) => {
      const extensions = [{ extensionType: 0xf0f0, extensionData: new Uint8Array(0) }];
      nodes[2] = { nodeType: 'leaf', leaf: { ...leafIn(nodes, 1), extensions } };
    });
    expect(message).toContain('leaf has extensions');
  });

  it('is refused with a device of another tenant', async () => {
    const leaf = leafIn(tree, 1);
    const credential = credentialOf(groupName().conversationId as never, channel.devices[1]!.identity);
    const message = await verdict((nodes) => {
      nodes[2] = { nodeType: 'leaf', leaf: { ...leaf, credential } };
    });
    expect(message).toContain('tenant');
  });
});

describe('the nodes of a tree', () => {
  const leaf = { nodeType: 'leaf', leaf: {} } as RatchetTree[number];
  const parent = (...unmergedLeaves: readonly number[]) =>
    ({ nodeType: 'parent', parent: { unmergedLeaves } }) as unknown as RatchetTree[number];
  /** Of four leaves, with `left` above the first two and `top` above all. */
  const of = (left: RatchetTree[number], top: RatchetTree[number]): RatchetTree => {
    return [leaf, left, leaf, top, leaf, undefined, leaf];
  };

  it('are leaves at even places and parents at odd ones', () => {
    expect(isTreeSound(of(parent(), parent()))).toBe(true);
    expect(isTreeSound(of(leaf, parent()))).toBe(false);
    expect(isTreeSound([leaf, parent(), parent(), parent()])).toBe(false);
  });

  it('list as unmerged only leaves that are there and below, as do all parents on the way to them', () => {
    expect(isTreeSound(of(parent(1), parent(1)))).toBe(true);
    expect(isTreeSound(of(undefined, parent(0, 1)))).toBe(true);
    expect(isTreeSound(of(parent(), parent(2, 3)))).toBe(true);
    expect(isTreeSound(of(parent(1), parent()))).toBe(true);
    expect(isTreeSound(of(parent(), parent(1))), 'not on the way').toBe(false);
    expect(isTreeSound(of(parent(0), parent(0, 1))), 'not all on the way').toBe(false);
    expect(isTreeSound(of(parent(2), parent(2))), 'not below').toBe(false);
    expect(isTreeSound([leaf, parent(1), undefined, parent(1)]), 'not there').toBe(false);
    expect(isTreeSound(of(parent(), parent(4))), 'beyond the tree').toBe(false);
  });
});

describe('the parent hashes of a tree', () => {
  const key = (number: number) => new Uint8Array(32).fill(number);
  const parent = (number: number, parentHash: Uint8Array, unmergedLeaves: number[] = []) => ({
    nodeType: 'parent' as const,
    parent: { hpkePublicKey: key(number), parentHash, unmergedLeaves },
  });
  const leaf = (index: number, parentHash: Uint8Array) => {
    const of = leafIn(tree, 0);
    if (of.leafNodeSource !== 'commit') throw new Error('a leaf of a Commit');
    return { nodeType: 'leaf' as const, leaf: { ...of, parentHash, hpkePublicKey: key(100 + index) } };
  };
  /** What a node has in it whose parent and whose sibling were these when the Commit was made. */
  const hashUnder = (above: ReturnType<typeof parent>, before: RatchetTree, sibling: number) =>
    sha256Family.digest(
      encodeParentHashInput({
        encryptionKey: above.parent.hpkePublicKey,
        parentHash: above.parent.parentHash,
        originalSiblingTreeHash: treeHashes(before, sha256Family).of(toNodeIndex(sibling)),
      }),
    );
  const areValid = (nodes: RatchetTree) => areParentHashesValid(nodes, sha256Family, treeHashes(nodes, sha256Family));
  const none = new Uint8Array(0);

  it('are those of the tree as it was before leaves were added to it', () => {
    const [top, right] = [parent(3, none), parent(5, key(9))];
    const third = leaf(2, hashUnder(right, [undefined, undefined, undefined, undefined, undefined, right], 6));
    const before: RatchetTree = [undefined, undefined, undefined, top, third, right, undefined];
    const left = parent(1, hashUnder(top, before, 5));
    const first = leaf(0, hashUnder(left, before, 2));
    expect(areValid([first, left, undefined, top, third, right, undefined])).toBe(true);
    const added = (atTop: number[], atLeft: number[], atRight: number[]): RatchetTree => [
      first,
      parent(1, left.parent.parentHash, atLeft),
      leaf(1, none),
      parent(3, none, atTop),
      third,
      parent(5, key(9), atRight),
      leaf(3, none),
    ];
    expect(areValid(added([1, 3], [1], [3]))).toBe(true);
    expect(areValid(added([1], [1], [3]))).toBe(false);
    expect(areValid(added([3], [1], [3]))).toBe(false);
    expect(areValid(added([1, 3], [], [3]))).toBe(false);
    expect(areValid(added([1, 3], [1], []))).toBe(false);
  });

  it('are made of tree hashes without the leaves that were added, and with those that were not', () => {
    const nodes = (unmerged: number[], second: RatchetTree[number]): RatchetTree => {
      return [leaf(0, none), undefined, second, parent(3, none, unmerged), leaf(2, none), undefined, leaf(3, none)];
    };
    const hashes = treeHashes(nodes([1, 3], leaf(1, none)), sha256Family);
    const before = treeHashes(nodes([3], undefined), sha256Family);
    expect(hashes.without(toNodeIndex(3), new Set([1]))).toEqual(before.of(toNodeIndex(3)));
    expect(hashes.of(toNodeIndex(3))).not.toEqual(before.of(toNodeIndex(3)));
  });

  it('hold together a Commit’s node and what was unmerged below, and nothing else', () => {
    const top = parent(3, none);
    const right: RatchetTree = [undefined, undefined, undefined, undefined, leaf(2, none), undefined, leaf(3, none)];
    const first = leaf(0, hashUnder(top, right, 5));
    const under = (unmerged: number[], second: RatchetTree[number]): RatchetTree => {
      return [first, undefined, second, parent(3, none, unmerged), ...right.slice(4)];
    };
    expect(areValid(under([], undefined))).toBe(true);
    expect(areValid(under([1], leaf(1, none)))).toBe(true);
    // The second leaf has a key that the committer did not know of.
    expect(areValid(under([], leaf(1, none)))).toBe(false);
    expect(areValid(under([0], leaf(1, none)))).toBe(false);
  });
});

describe('the successor of a tree', () => {
  const change = (index: number, to: object): RatchetTree =>
    tree.map((node, i) =>
      i === 2 * index && node?.nodeType === 'leaf' ? { nodeType: 'leaf', leaf: { ...node.leaf, ...to } } : node,
    );
  const check = (after: RatchetTree) => () => checkSuccessor(tree, after, { added: [], removed: [] }, TENANT);

  it('is the same tree with other encryption keys', () => {
    expect(check(change(1, { hpkePublicKey: utf8('another key') }))).not.toThrow();
  });

  it('has every device in its place, with its name and its signature key', () => {
    expect(check(change(1, { signaturePublicKey: utf8('another key') }))).toThrow('became another');
    const credential = credentialOf(TENANT, {
      ...channel.devices[1]!.identity,
      deviceId: groupName().conversationId as never,
    });
    expect(check(change(1, { credential }))).toThrow('became another');
    expect(check(tree.map((node, i) => (i === 2 ? undefined : node)))).toThrow('became another');
  });

  it('has no device that was not added', () => {
    const without = tree.map((node, i) => (i === 2 ? undefined : node));
    const added = () => checkSuccessor(without, tree, { added: [], removed: [] }, TENANT);
    expect(added).toThrow('not those it declares');
    const announced = [{ ...channel.devices[0]!.identity, deviceId: groupName().conversationId as never }];
    for (const before of [tree, without])
      expect(() => checkSuccessor(before, tree, { added: announced, removed: [] }, TENANT)).toThrow(
        'not those it declares',
      );
  });

  it('has no key twice', () => {
    const { hpkePublicKey } = leafIn(tree, 0);
    expect(check(change(1, { hpkePublicKey }))).toThrow('encryption key');
    const [first, second] = parentsIn(tree);
    const shared = tree.map((node, i) =>
      i === second!.index && node?.nodeType === 'parent'
        ? { nodeType: 'parent' as const, parent: { ...node.parent, hpkePublicKey: first!.parent.hpkePublicKey } }
        : node,
    );
    expect(check(shared)).toThrow('encryption key');
  });
});

it('tells KeyPackages apart by the device, whatever its key', () => {
  const { compareKeyPackageToLeafNode } = libraryConfig(TENANT, () => true).keyPackageEqualityConfig;
  const leafNode = leafIn(tree, 0);
  const other = { ...leafNode, signaturePublicKey: utf8('another key') };
  const keyPackage = { leafNode: other } as Parameters<typeof compareKeyPackageToLeafNode>[0];
  expect(compareKeyPackageToLeafNode(keyPackage, leafNode)).toBe(true);
  expect(compareKeyPackageToLeafNode(keyPackage, leafIn(tree, 1))).toBe(false);
});
