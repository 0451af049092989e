import { SealError, constantTimeEqual } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { GroupContext } from 'ts-mls/groupContext.js';
import { verifyLeafNodeSignature } from 'ts-mls/leafNode.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { directPath, leafToNodeIndex, leafWidth, root, toLeafIndex } from 'ts-mls/treemath.js';
import { libraryConfig } from './config.ts';
import { checkLeafRules } from './leaf-rules.ts';
import { leavesOf } from './leaves.ts';
import { areParentHashesValid, isBelow, treeHashes } from './parent-hashes.ts';
import type { HashFamily } from '../hpke/hashes.ts';
import { repeatedIn } from './successors.ts';
import type { Authenticate, GroupName } from './types.ts';

/**
 * Checks what a device must check of a ratchet tree before it joins (RFC 9420 §12.4.3.1, §7.3). Ours, because that of
 * the library refuses valid trees in which a leaf is unmerged at one node and another leaf, too, at a node above it.
 *
 * @throws SealError MALFORMED; UNVERIFIED_DEVICE when a device's key is not that of its list
 */
export async function validateTree(input: {
  readonly tree: RatchetTree;
  readonly groupContext: GroupContext;
  readonly group: GroupName;
  readonly suite: CiphersuiteImpl;
  readonly hash: HashFamily;
  readonly authenticate: Authenticate;
  readonly now: number;
}): Promise<void> {
  const { tree, groupContext, group, suite, hash, now } = input;
  const leaves = leavesOf(tree, group.tenantId);
  const repeated = repeatedIn(tree, leaves);
  if (repeated !== null) throw malformed(repeated);
  if (!isTreeSound(tree)) throw malformed('the tree has nodes or unmerged leaves in impossible places');
  for (const { node } of leaves) checkLeafRules(node, now);
  const hashes = treeHashes(tree, hash);
  if (!constantTimeEqual(hashes.of(root(leafWidth(tree.length))), groupContext.treeHash))
    throw malformed('the tree hash is not that of the group');
  if (!areParentHashesValid(tree, hash, hashes)) throw malformed('a parent hash is wrong');
  const areSigned = await Promise.all(
    leaves.map(({ node, index }) => verifyLeafNodeSignature(node, groupContext.groupId, index, suite.signature)),
  );
  if (areSigned.includes(false)) throw malformed('a leaf signature is wrong');
  const { authService } = libraryConfig(group.tenantId, input.authenticate);
  for (const { node } of leaves) await authService.validateCredential(node.credential, node.signaturePublicKey);
}

/** Leaves at even places, parents at odd ones, and unmerged leaves that can be. */
export function isTreeSound(tree: RatchetTree): boolean {
  const areInPlace = tree.every((node, i) => node === undefined || (node.nodeType === 'leaf') === (i % 2 === 0));
  return areInPlace && areUnmergedLeavesSound(tree);
}

/** §7.3 and §12.4.3.1: unmerged leaves are in order, below the node, there, and known to every node on the way. */
function areUnmergedLeavesSound(tree: RatchetTree): boolean {
  return tree.every((node, index) => {
    if (node?.nodeType !== 'parent') return true;
    const { unmergedLeaves } = node.parent;
    return unmergedLeaves.every((leaf, i) => {
      if (i > 0 && leaf <= unmergedLeaves[i - 1]!) return false;
      const leafNode = leafToNodeIndex(toLeafIndex(leaf));
      if (!isBelow(leafNode, index) || tree[leafNode]?.nodeType !== 'leaf') return false;
      return directPath(leafNode, leafWidth(tree.length))
        .filter((between) => isBelow(between, index))
        .every((between) => {
          const entry = tree[between];
          return entry?.nodeType !== 'parent' || entry.parent.unmergedLeaves.includes(leaf);
        });
    });
  });
}

function malformed(reason: string): SealError {
  return new SealError('MALFORMED', `mls: ${reason}`);
}
