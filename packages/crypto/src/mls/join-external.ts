import { CHANNEL_LIMITS, SealError, wipe, type Bytes, type DeviceId } from '@seal-chat/protocol';
import { exportSecret } from 'ts-mls/clientState.js';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { GroupInfo } from 'ts-mls/groupInfo.js';
import type { LeafNode } from 'ts-mls/leafNode.js';
import { computePskSecret } from 'ts-mls/presharedkey.js';
import type { Proposal } from 'ts-mls/proposal.js';
import { addLeafNode, removeLeafNode, type RatchetTree } from 'ts-mls/ratchetTree.js';
import { nodeToLeafIndex, toLeafIndex, type LeafIndex } from 'ts-mls/treemath.js';
import { doorPskId } from './door-psks.ts';
import { authenticatorOf, enterEpoch } from './enter.ts';
import { enterExternalDoor } from './external-door.ts';
import { guarded } from './failures.ts';
import { checkGroupContext, checkGroupInfoSignature, groupInfoOf, openGroupInfo } from './group-info.ts';
import { generate } from './key-package.ts';
import { leafOfDevice, leavesOf, type Leaf } from './leaves.ts';
import { newPath } from './new-path.ts';
import { isSameMember } from './names.ts';
import { cipherSuite, messageCrypto } from './provider/provider.ts';
import { suiteNamed } from './provider/suites.ts';
import { signCommit, type SignedCommit } from './sign-commit.ts';
import { checkSuccessor } from './successors.ts';
import type { Authenticate, GroupName, GroupState, MlsDeps, MlsIdentity } from './types.ts';
import { validateTree } from './validate-tree.ts';
import { toWire } from './wire.ts';

/** An external Commit that was made and not accepted yet. */
export interface ExternalJoin {
  /** To be used from when the server accepted the Commit, to be thrown away otherwise. */
  readonly state: GroupState;
  readonly commit: Bytes;
  readonly groupInfo: Bytes;
  readonly authenticator: Bytes;
  /** This device's former leaf, if there was one. */
  readonly removes: readonly DeviceId[];
}

/**
 * Enters a group without the help of a member (RFC 9420 §12.4.3.2). A former leaf of this device is removed on the way.
 *
 * @param input.minEpoch the latest epoch this device knows of: a server that shows an earlier one shows an old group
 * @throws SealError EPOCH_STALE; MALFORMED when it is not a GroupInfo of `group`; UNVERIFIED_DEVICE when a device in
 * the group is not on its list, after which it may be tried again; TOO_LARGE, UNSUPPORTED_VERSION
 */
export async function joinExternal(
  deps: MlsDeps,
  input: {
    readonly groupInfo: Uint8Array;
    readonly identity: MlsIdentity;
    readonly authenticate: Authenticate;
    readonly group: GroupName;
    readonly minEpoch: number;
  },
): Promise<ExternalJoin> {
  const { identity, group, authenticate } = input;
  const { groupInfo, tree } = openGroupInfo(input.groupInfo, CHANNEL_LIMITS.groupInfo);
  const { groupContext } = groupInfo;
  checkGroupContext(groupContext, group);
  if (groupContext.epoch < BigInt(input.minEpoch))
    throw new SealError('EPOCH_STALE', `mls: GroupInfo is of epoch ${groupContext.epoch}, which is past`);
  const leaves = leavesOf(tree, group.tenantId);
  const former = leafOfDevice(leaves, identity.deviceId);
  if (former !== undefined && !isSameMember(former.member, identity))
    throw new SealError('MALFORMED', 'mls: this device is in the tree under another person');
  const { id, ...suiteParts } = suiteNamed(groupContext.cipherSuite);
  const suite = await cipherSuite(deps, id, identity.signKey);
  const { hash } = await messageCrypto(suiteParts);
  return guarded('MALFORMED', async () => {
    await checkGroupInfoSignature(groupInfo, tree, suite);
    await validateTree({ tree, groupContext, group, suite, hash, authenticate, now: deps.now });
    const removed = former === undefined ? [] : [former.member];
    const { message, state, secrets } = await commitTo(deps, { groupInfo, tree, former, identity, suite });
    checkSuccessor(tree, state.ratchetTree, { added: [identity], removed }, group.tenantId);
    const joined = {
      commit: toWire({ wireformat: 'mls_public_message', publicMessage: message }),
      groupInfo: await groupInfoOf(deps, state, suite),
      authenticator: authenticatorOf(state),
      removes: removed.map(({ deviceId }) => deviceId),
    };
    const entered = enterEpoch(deps, state, secrets.encryptionSecret);
    wipe(secrets.joinerSecret, secrets.welcomeSecret);
    return { ...joined, state: entered };
  });
}

/** Removes the former leaf, takes the first free one and renews its path. */
async function commitTo(
  deps: MlsDeps,
  input: {
    readonly groupInfo: GroupInfo;
    readonly tree: RatchetTree;
    readonly former: Leaf | undefined;
    readonly identity: MlsIdentity;
    readonly suite: CiphersuiteImpl;
  },
): Promise<SignedCommit> {
  const { groupInfo, tree, former, identity, suite } = input;
  const { groupContext, confirmationTag } = groupInfo;
  const external = groupInfo.extensions.find(({ extensionType }) => extensionType === 'external_pub');
  if (external === undefined) throw new SealError('MALFORMED', 'mls: GroupInfo has no external public key');
  const { enc, secret: initSecret } = await exportSecret(external.extensionData, suite);
  const { sharedSecret, ciphertext } = await enterExternalDoor(deps, groupInfo);
  const pskId = doorPskId('external', groupContext.epoch, deps.rng(suite.kdf.size));
  const pskSecret = await computePskSecret([[pskId, sharedSecret]], suite);
  wipe(sharedSecret);
  const { keyPackage, privateKeys } = await generate(deps, suite, { identity, extensions: [] });
  wipe(privateKeys.initPrivateKey, privateKeys.hpkePrivateKey); // the path has fresh ones

  const [joined, leafIndex] = withLeaf(tree, former, keyPackage.leafNode);
  const renewed = await newPath(joined, { leafIndex, groupContext, suite, exclude: [] });
  const proposals: Proposal[] = [
    ...(former === undefined ? [] : [{ proposalType: 'remove' as const, remove: { removed: former.index } }]),
    { proposalType: 'external_init', externalInit: { kemOutput: enc } },
    { proposalType: 'psk', psk: { preSharedKeyId: pskId } },
  ];
  return signCommit({
    groupContext,
    confirmationTag,
    membershipKey: new Uint8Array(0), // only members' messages have a membership tag
    commit: {
      proposals: proposals.map((proposal) => ({ proposalOrRefType: 'proposal', proposal })),
      path: renewed.path,
    },
    sender: { senderType: 'new_member_commit' },
    tree: renewed.tree,
    privatePath: renewed.privatePath,
    initSecret,
    commitSecret: renewed.commitSecret,
    pskSecret,
    authenticatedData: ciphertext,
    suite,
  });
}

function withLeaf(tree: RatchetTree, former: Leaf | undefined, leaf: LeafNode): [RatchetTree, LeafIndex] {
  // The library has no tree without leaves: the only device of a group that comes back takes its own place.
  const isOnly = tree.filter((node) => node?.nodeType === 'leaf').length === 1;
  if (former !== undefined && isOnly) return [[{ nodeType: 'leaf', leaf }], toLeafIndex(0)];
  const others = former === undefined ? tree : removeLeafNode(tree, toLeafIndex(former.index));
  const [joined, nodeIndex] = addLeafNode(others, leaf);
  return [joined, nodeToLeafIndex(nodeIndex)];
}
