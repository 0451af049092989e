import { SealError, type DeviceId, type TenantId } from '@seal-chat/protocol';
import type { LeafNode } from 'ts-mls/leafNode.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { memberOf } from './names.ts';
import type { MlsMember } from './types.ts';

/** A non-blank leaf of a ratchet tree. */
export interface Leaf {
  readonly index: number;
  readonly member: MlsMember;
  readonly node: LeafNode;
}

/** Lists every device of a tree, by leaf index. @throws SealError MALFORMED when a credential is not of ours */
export function leavesOf(tree: RatchetTree, tenantId: TenantId): readonly Leaf[] {
  const leaves: Leaf[] = [];
  for (let node = 0; node < tree.length; node += 2) {
    const leaf = tree[node];
    if (leaf?.nodeType === 'leaf')
      leaves.push({ index: node / 2, member: memberOf(leaf.leaf.credential, tenantId), node: leaf.leaf });
  }
  return leaves;
}

/** Returns the leaf at an index. @throws SealError UNDECRYPTABLE when it is blank or beyond the tree */
export function leafAt(tree: RatchetTree, index: number, tenantId: TenantId): Leaf {
  const node = tree[2 * index];
  if (node?.nodeType !== 'leaf') throw new SealError('UNDECRYPTABLE', 'mls: the leaf does not exist');
  return { index, member: memberOf(node.leaf.credential, tenantId), node: node.leaf };
}

export function leafOfDevice(leaves: readonly Leaf[], deviceId: DeviceId): Leaf | undefined {
  return leaves.find(({ member }) => member.deviceId === deviceId);
}
