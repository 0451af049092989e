import { fromHex } from '@seal-chat/protocol';
import { deriveSecret } from 'ts-mls/crypto/kdf.js';
import { applyUpdatePathSecret } from 'ts-mls/createCommit.js';
import type { GroupContext } from 'ts-mls/groupContext.js';
import { verifyLeafNodeSignature } from 'ts-mls/leafNode.js';
import { getCommitSecret } from 'ts-mls/pathSecrets.js';
import { toPrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { decodeProposal, type Proposal } from 'ts-mls/proposal.js';
import {
  addLeafNode,
  decodeRatchetTree,
  encodeRatchetTree,
  getHpkePublicKey,
  removeLeafNode,
  resolution,
  updateLeafNode,
  type RatchetTree,
} from 'ts-mls/ratchetTree.js';
import { treeHashRoot } from 'ts-mls/treeHash.js';
import { leafWidth, root, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js';
import { applyUpdatePath, createUpdatePath, decodeUpdatePath } from 'ts-mls/updatePath.js';
import { areParentHashesValid, treeHashes } from '../../mls/parent-hashes.ts';
import { isTreeSound } from '../../mls/validate-tree.ts';
import type { VectorContext } from './context.ts';
import { decodeAll, holds, same } from './expect.ts';
import type { Fields } from './fields.ts';

function treeIn(vector: Fields, name: string): RatchetTree {
  return decodeAll(name, decodeRatchetTree, vector.bytes(name));
}

export async function treeOperations(vector: Fields, { suite, hash }: VectorContext): Promise<void> {
  const before = treeIn(vector, 'tree_before');
  const proposal = decodeAll('proposal', decodeProposal, vector.bytes('proposal'));
  const after = applied(before, proposal, vector.number('proposal_sender'));
  same('tree_after', encodeRatchetTree(after), vector.bytes('tree_after'));
  for (const [tree, expected] of [
    [before, vector.bytes('tree_hash_before')],
    [after, vector.bytes('tree_hash_after')],
  ] as const) {
    same('tree hash', await treeHashRoot(tree, suite.hash), expected);
    same('our tree hash', treeHashes(tree, hash).of(root(leafWidth(tree.length))), expected);
  }
}

function applied(tree: RatchetTree, proposal: Proposal, sender: number): RatchetTree {
  switch (proposal.proposalType) {
    case 'add':
      return addLeafNode(tree, proposal.add.keyPackage.leafNode)[0];
    case 'update':
      return updateLeafNode(tree, proposal.update.leafNode, toLeafIndex(sender));
    case 'remove':
      return removeLeafNode(tree, toLeafIndex(proposal.remove.removed));
    default:
      throw new Error(`proposal ${proposal.proposalType}`);
  }
}

export async function treeValidation(vector: Fields, { suite, hash }: VectorContext): Promise<void> {
  const tree = treeIn(vector, 'tree');
  const hashes = treeHashes(tree, hash);
  for (const [node, expected] of vector.list('tree_hashes').entries())
    same(`tree hash of ${node}`, hashes.of(toNodeIndex(node)), hexOf(expected));
  for (const [node, expected] of vector.list('resolutions').entries())
    holds(`resolution of ${node}`, String(resolution(tree, toNodeIndex(node))) === String(expected));
  holds('structure', isTreeSound(tree));
  holds('parent hashes', areParentHashesValid(tree, hash, hashes));
  const groupId = vector.bytes('group_id');
  for (const [i, node] of tree.entries()) {
    if (node?.nodeType !== 'leaf') continue;
    holds(`signature of node ${i}`, await verifyLeafNodeSignature(node.leaf, groupId, i / 2, suite.signature));
  }
}

function hexOf(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new RangeError('no text');
  return fromHex(value);
}

export async function treeKem(vector: Fields, { suite }: VectorContext): Promise<void> {
  const tree = treeIn(vector, 'ratchet_tree');
  const { kdf } = suite;
  const leaves = await Promise.all(vector.records('leaves_private').map((leaf) => privatePathOf(leaf, tree, suite)));
  const context: GroupContext = {
    version: 'mls10',
    cipherSuite: suite.name,
    groupId: vector.bytes('group_id'),
    epoch: BigInt(vector.number('epoch')),
    treeHash: await treeHashRoot(tree, suite.hash),
    confirmedTranscriptHash: vector.bytes('confirmed_transcript_hash'),
    extensions: [],
  };
  for (const update of vector.records('update_paths')) {
    const sender = toLeafIndex(update.number('sender'));
    const path = decodeAll('update_path', decodeUpdatePath, update.bytes('update_path'));
    const updated = await applyUpdatePath(tree, sender, path, suite.hash);
    const treeHash = await treeHashRoot(updated, suite.hash);
    same('tree_hash_after', treeHash, update.bytes('tree_hash_after'));
    const after = { ...context, treeHash };
    for (const { leafIndex, privatePath } of leaves) {
      if (leafIndex === sender) continue;
      const found = await applyUpdatePathSecret(tree, privatePath, sender, after, path, [], suite);
      same('path_secret', found.pathSecret, hexOf(update.list('path_secrets')[leafIndex]));
      const { nodeIndex, pathSecret } = found;
      const commitSecret = await getCommitSecret(updated, toNodeIndex(nodeIndex), pathSecret, kdf);
      same('commit_secret', commitSecret, update.bytes('commit_secret'));
    }
    const signer = vector.records('leaves_private').find((leaf) => leaf.number('index') === sender)!;
    const [made, madePath, secrets] = await createUpdatePath(
      tree,
      sender,
      context,
      signer.bytes('signature_priv'),
      suite,
    );
    const madeContext = { ...context, epoch: context.epoch + 1n, treeHash: await treeHashRoot(made, suite.hash) };
    const last = secrets.at(-1)!;
    const madeSecret = await getCommitSecret(made, toNodeIndex(last.nodeIndex), last.secret, kdf);
    for (const { leafIndex, privatePath } of leaves) {
      if (leafIndex === sender) continue;
      const { nodeIndex, pathSecret } = await applyUpdatePathSecret(
        tree,
        privatePath,
        sender,
        madeContext,
        madePath,
        [],
        suite,
      );
      same(
        'commit secret of our path',
        await getCommitSecret(made, toNodeIndex(nodeIndex), pathSecret, kdf),
        madeSecret,
      );
    }
  }
}

async function privatePathOf(leaf: Fields, tree: RatchetTree, suite: VectorContext['suite']) {
  const leafIndex = leaf.number('index');
  const secrets: Record<number, Uint8Array> = {};
  for (const entry of leaf.records('path_secrets')) {
    const [node, secret] = [entry.number('node'), entry.bytes('path_secret')];
    secrets[node] = secret;
    const { publicKey } = await suite.hpke.deriveKeyPair(await deriveSecret(secret, 'node', suite.kdf));
    same(`key of node ${node}`, await suite.hpke.exportPublicKey(publicKey), getHpkePublicKey(tree[node]!));
  }
  const path = await toPrivateKeyPath(secrets, leafIndex, suite);
  const privateKeys = { ...path.privateKeys, [2 * leafIndex]: leaf.bytes('encryption_priv') };
  return { leafIndex, privatePath: { leafIndex, privateKeys } };
}
