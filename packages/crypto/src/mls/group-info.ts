import { CHANNEL_LIMITS, SealError, constantTimeEqual, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { Extension } from 'ts-mls/extension.js';
import type { GroupContext } from 'ts-mls/groupContext.js';
import { ratchetTreeFromExtension, signGroupInfo, verifyGroupInfoSignature, type GroupInfo } from 'ts-mls/groupInfo.js';
import { encodeRatchetTree, type RatchetTree } from 'ts-mls/ratchetTree.js';
import type { LibraryParts } from './epoch.ts';
import { externalDoorKey } from './external-door.ts';
import { guardedSync } from './failures.ts';
import { groupIdOf } from './names.ts';
import type { GroupName, MlsDeps } from './types.ts';
import { fromWire, toWire } from './wire.ts';

/** Nodes of a full tree with the most leaves that a channel may have. */
const MAX_NODES = 2 ** Math.ceil(Math.log2(CHANNEL_LIMITS.leaves) + 1) - 1;

/** Makes a GroupInfo of the state's epoch, with which a device can join externally. */
export async function groupInfoOf(deps: MlsDeps, state: LibraryParts, suite: CiphersuiteImpl): Promise<Bytes> {
  return groupInfoBytes(await makeGroupInfo(deps, state, suite));
}

export function groupInfoBytes(groupInfo: GroupInfo): Bytes {
  return toWire({ wireformat: 'mls_group_info', groupInfo });
}

/** Makes a GroupInfo with the tree and the keys for external joins (RFC 9420 §12.4.3), signed by this device. */
export async function makeGroupInfo(deps: MlsDeps, state: LibraryParts, suite: CiphersuiteImpl): Promise<GroupInfo> {
  const { groupContext, confirmationTag, keySchedule, ratchetTree, privatePath } = state;
  const { publicKey } = await suite.hpke.deriveKeyPair(keySchedule.externalSecret);
  const extensions: Extension[] = [
    { extensionType: 'external_pub', extensionData: await suite.hpke.exportPublicKey(publicKey) },
    { extensionType: 'ratchet_tree', extensionData: encodeRatchetTree(ratchetTree) },
    await externalDoorKey(deps, keySchedule.exporterSecret, suite),
  ];
  const contents = { groupContext, extensions, confirmationTag, signer: privatePath.leafIndex };
  return signGroupInfo(contents, new Uint8Array(0), suite.signature);
}

/** Decodes a GroupInfo and its ratchet tree; verifies nothing. @throws SealError MALFORMED, TOO_LARGE */
export function openGroupInfo(bytes: Uint8Array, maxBytes: number): { groupInfo: GroupInfo; tree: RatchetTree } {
  const { groupInfo } = fromWire(bytes, 'mls_group_info', maxBytes);
  return { groupInfo, tree: treeOf(groupInfo) };
}

/** Returns the ratchet tree inside a GroupInfo. @throws SealError MALFORMED, TOO_LARGE */
export function treeOf(groupInfo: GroupInfo): RatchetTree {
  const tree = guardedSync('MALFORMED', () => ratchetTreeFromExtension(groupInfo));
  if (tree === undefined) throw new SealError('MALFORMED', 'mls: GroupInfo has no ratchet tree');
  // Blank nodes take a byte each, and every node costs a hash.
  if (tree.length > MAX_NODES) throw new SealError('TOO_LARGE', 'mls: the tree has too many nodes');
  return tree;
}

/**
 * Checks that it is a state of the group that is meant, of the plain kind all our groups are of: no extension, in
 * particular no outsider who may propose.
 * @throws SealError MALFORMED
 */
export function checkGroupContext(context: GroupContext, expected: GroupName): void {
  if (!constantTimeEqual(context.groupId, groupIdOf(expected)))
    throw new SealError('MALFORMED', 'mls: the state belongs to another group');
  if (context.extensions.length > 0) throw new SealError('MALFORMED', 'mls: the group has extensions');
  if (context.epoch > BigInt(Number.MAX_SAFE_INTEGER))
    throw new SealError('MALFORMED', 'mls: the epoch is out of range');
}

/** Checks that a device of the tree signed it; whether to trust that device is for `validateTree`. */
export async function checkGroupInfoSignature(
  groupInfo: GroupInfo,
  tree: RatchetTree,
  suite: CiphersuiteImpl,
): Promise<void> {
  const signer = tree[2 * groupInfo.signer];
  if (signer?.nodeType !== 'leaf') throw new SealError('MALFORMED', 'mls: GroupInfo signer is not in the tree');
  if (!(await verifyGroupInfoSignature(groupInfo, signer.leaf.signaturePublicKey, suite.signature)))
    throw new SealError('MALFORMED', 'mls: GroupInfo signature is wrong');
}
