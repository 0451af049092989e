import { CHANNEL_LIMITS, SealError, type Bytes, type DeviceId } from '@seal-chat/protocol';
import { joinGroupExternal } from 'ts-mls/createCommit.js';
import { libraryConfig } from './config.ts';
import { authenticatorOf, enterEpoch } from './enter.ts';
import { guarded } from './failures.ts';
import { checkGroupContext, groupInfoOf, openGroupInfo } from './group-info.ts';
import { generate } from './key-package.ts';
import { withLazySecretTree } from './lazy-secret-tree.ts';
import { leafOfDevice, leavesOf } from './leaves.ts';
import { checkLifetimeShape } from './lifetimes.ts';
import { isSameMember } from './names.ts';
import { cipherSuite } from './provider/provider.ts';
import { suiteNamed } from './provider/suites.ts';
import { checkSuccessor, checkUnique } from './successors.ts';
import type { Authenticate, GroupName, GroupState, MlsDeps, MlsIdentity } from './types.ts';
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
 * Enters a group with nobody's help (RFC 9420 §12.4.3.2). A former leaf of this device is removed on the way.
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
    throw new SealError('EPOCH_STALE', `mls: a GroupInfo of epoch ${groupContext.epoch}, past already`);
  const leaves = leavesOf(tree, group.tenantId);
  const former = leafOfDevice(leaves, identity.deviceId);
  if (former !== undefined && !isSameMember(former.member, identity))
    throw new SealError('MALFORMED', 'mls: this device in the name of another person');
  const { suite, takeEncryptionSecret } = withLazySecretTree(
    await cipherSuite(deps, suiteNamed(groupContext.cipherSuite).id, identity.signKey),
  );
  return guarded('MALFORMED', async () => {
    checkUnique(tree, leaves);
    for (const { node } of leaves) checkLifetimeShape(node, deps.now);
    const { keyPackage, privateKeys } = await generate(deps, suite, { identity, isLastResort: false });
    const config = libraryConfig(group.tenantId, authenticate);
    // Asked to replace a leaf that is not there, the library never returns.
    const isResync = former !== undefined;
    const { publicMessage, newState } = await joinGroupExternal(
      groupInfo,
      keyPackage,
      privateKeys,
      isResync,
      suite,
      tree,
      config,
    );
    const removed = former === undefined ? [] : [former.member];
    checkSuccessor(tree, newState.ratchetTree, { added: [identity], removed }, group.tenantId);
    const joined = {
      commit: toWire({ wireformat: 'mls_public_message', publicMessage }),
      groupInfo: await groupInfoOf(newState, suite),
      authenticator: authenticatorOf(newState),
      removes: removed.map(({ deviceId }) => deviceId),
    };
    const entered = enterEpoch(deps, newState, takeEncryptionSecret());
    privateKeys.initPrivateKey.fill(0);
    privateKeys.hpkePrivateKey.fill(0);
    return { ...joined, state: entered };
  });
}
