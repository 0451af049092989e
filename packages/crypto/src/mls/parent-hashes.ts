import { constantTimeEqual, type Bytes } from '@seal-chat/protocol';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { encodeParentHashInput } from 'ts-mls/parentHash.js';
import type { ParentNode } from 'ts-mls/parentNode.js';
import { resolution, type RatchetTree } from 'ts-mls/ratchetTree.js';
import { leafNodeHashInputEncoder, parentNodeHashInputEncoder } from 'ts-mls/treeHash.js';
import { isLeaf, left, nodeToLeafIndex, right, toNodeIndex, type NodeIndex } from 'ts-mls/treemath.js';
import type { HashFamily } from '../hpke/hashes.ts';

/**
 * Tree hashes (RFC 9420 §7.8) and parent hashes (§7.9), each computed once for a tree: the library hashes subtrees
 * over and over, which takes the square of the number of leaves.
 */
export interface TreeHashes {
  of(node: NodeIndex): Bytes;
  /** Of a subtree as it was before some leaves were added. */
  without(node: NodeIndex, leaves: ReadonlySet<number>): Bytes;
}

export function treeHashes(tree: RatchetTree, hash: HashFamily): TreeHashes {
  const known = new Map<number, Bytes>();

  function hashOf(node: NodeIndex, leaves: ReadonlySet<number>, child: (node: NodeIndex) => Bytes): Bytes {
    const entry = tree[node];
    if (isLeaf(node)) {
      const leafIndex = nodeToLeafIndex(node);
      const leafNode = entry?.nodeType === 'leaf' && !leaves.has(leafIndex) ? entry.leaf : undefined;
      return hash.digest(encode(leafNodeHashInputEncoder)({ nodeType: 'leaf', leafIndex, leafNode }));
    }
    const parentNode = entry?.nodeType === 'parent' ? entry.parent : undefined;
    return hash.digest(
      encode(parentNodeHashInputEncoder)({
        nodeType: 'parent',
        parentNode: parentNode && {
          ...parentNode,
          unmergedLeaves: parentNode.unmergedLeaves.filter((leaf) => !leaves.has(leaf)),
        },
        leftHash: child(left(node)),
        rightHash: child(right(node)),
      }),
    );
  }

  function of(node: NodeIndex): Bytes {
    const value = known.get(node) ?? hashOf(node, new Set(), of);
    known.set(node, value);
    return value;
  }

  function without(node: NodeIndex, leaves: ReadonlySet<number>): Bytes {
    const inside = [...leaves].some((leaf) => isBelow(2 * leaf, node));
    return inside ? hashOf(node, leaves, (child) => without(child, leaves)) : of(node);
  }

  return { of, without };
}

/**
 * Tells whether every parent was put there by a Commit of a device below it, together with what is around it (§7.9.2).
 */
export function areParentHashesValid(tree: RatchetTree, hash: HashFamily, hashes: TreeHashes): boolean {
  return tree.every((node, index) => node?.nodeType !== 'parent' || isParentHashValid(toNodeIndex(index), node.parent));

  function isParentHashValid(index: NodeIndex, parent: ParentNode): boolean {
    const children = [left(index), right(index)] as const;
    return children.some((child, side) => {
      const sibling = children[1 - side]!;
      const expected = hash.digest(
        encodeParentHashInput({
          encryptionKey: parent.hpkePublicKey,
          parentHash: parent.parentHash,
          originalSiblingTreeHash: hashes.without(sibling, new Set(parent.unmergedLeaves)),
        }),
      );
      const below = resolution(tree, child);
      const unmerged = parent.unmergedLeaves.map((leaf) => 2 * leaf).filter((leaf) => isBelow(leaf, child));
      return below.some((node) => {
        const hashed = parentHashAt(tree, node);
        if (hashed === undefined || !constantTimeEqual(hashed, expected)) return false;
        const others = new Set<number>(below.filter((other) => other !== node));
        return others.size === unmerged.length && unmerged.every((leaf) => others.has(leaf));
      });
    });
  }
}

/** Tells whether a node is in the subtree of another. */
export function isBelow(node: number, ancestor: number): boolean {
  const reach = 2 ** levelOf(ancestor) - 1;
  return Math.abs(node - ancestor) <= reach;
}

function levelOf(node: number): number {
  let level = 0;
  for (let rest = node; rest % 2 === 1; rest = (rest - 1) / 2) level++;
  return level;
}

function parentHashAt(tree: RatchetTree, index: number): Uint8Array | undefined {
  const node = tree[index];
  if (node?.nodeType === 'parent') return node.parent.parentHash;
  return node?.nodeType === 'leaf' && node.leaf.leafNodeSource === 'commit' ? node.leaf.parentHash : undefined;
}
