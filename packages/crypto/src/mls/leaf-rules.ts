import { SealError } from '@seal-chat/protocol';
import type { LeafNode } from 'ts-mls/leafNode.js';
import { checkLifetimeShape } from './lifetimes.ts';

/**
 * Checks what holds of every leaf of our groups, wherever it comes from: a KeyPackage before it is used, a Commit, a
 * tree before joining. Were one stricter than another, a leaf that members let in could keep newcomers out.
 *
 * @throws SealError MALFORMED
 */
export function checkLeafRules(leaf: LeafNode, now: number): void {
  if (leaf.extensions.length > 0) throw new SealError('MALFORMED', 'mls: leaf has extensions');
  const { credentials, versions } = leaf.capabilities;
  if (!credentials.includes('basic') || !versions.includes('mls10'))
    throw new SealError('MALFORMED', 'mls: leaf lacks required capabilities');
  checkLifetimeShape(leaf, now);
}
