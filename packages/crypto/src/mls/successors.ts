import { SealError, constantTimeEqual, toHex, type TenantId } from '@seal-chat/protocol';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { leavesOf, type Leaf } from './leaves.ts';
import { isSameMember } from './names.ts';
import type { MlsMember } from './types.ts';

/** What a Commit did to the devices of a group. */
export interface MemberChange {
  readonly added: readonly MlsMember[];
  readonly removed: readonly MlsMember[];
}

/**
 * Checks that the tree after a Commit is the one before with exactly this change: every device that stays keeps its
 * leaf, its credential and its signature key (RFC 9420 §5.3.1 leaves the rules for successors to us: there are none);
 * every new device was added, and every missing one removed. No device and no key is in the tree twice.
 * @throws SealError INVALID_COMMIT
 */
export function checkSuccessor(
  before: RatchetTree,
  after: RatchetTree,
  { added, removed }: MemberChange,
  tenantId: TenantId,
): void {
  const leaves = leavesOf(after, tenantId);
  const repeated = repeatedIn(after, leaves);
  if (repeated !== null) throw invalid(repeated);
  const gone = new Set(removed.map(({ deviceId }) => deviceId));
  const staying = leavesOf(before, tenantId).filter(({ member }) => !gone.has(member.deviceId));
  const byIndex = new Map(leaves.map((leaf) => [leaf.index, leaf]));
  for (const leaf of staying) {
    const now = byIndex.get(leaf.index);
    if (now === undefined || !isSuccessor(leaf, now)) throw invalid('a device that stays became another');
    byIndex.delete(leaf.index);
  }
  const unexplained = [...byIndex.values()].filter(({ member }) => !added.some((one) => isSameMember(one, member)));
  if (unexplained.length > 0 || byIndex.size !== added.length) throw invalid('its devices are not those it declares');
}

/** Returns what a tree holds twice and must not, or null. */
export function repeatedIn(tree: RatchetTree, leaves: readonly Leaf[]): string | null {
  const encryptionKeys = tree.flatMap((node) =>
    node === undefined ? [] : [toHex(node.nodeType === 'leaf' ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey)],
  );
  if (hasRepeats(encryptionKeys)) return 'an encryption key is in the tree twice';
  if (hasRepeats(leaves.map(({ node }) => toHex(node.signaturePublicKey))))
    return 'a signature key is in the tree twice';
  return hasRepeats(leaves.map(({ member }) => member.deviceId)) ? 'a device is in the tree twice' : null;
}

function isSuccessor(before: Leaf, after: Leaf): boolean {
  return (
    isSameMember(before.member, after.member) &&
    constantTimeEqual(before.node.signaturePublicKey, after.node.signaturePublicKey)
  );
}

function hasRepeats(values: readonly string[]): boolean {
  return new Set(values).size !== values.length;
}

function invalid(reason: string): SealError {
  return new SealError('INVALID_COMMIT', `mls: ${reason}`);
}
