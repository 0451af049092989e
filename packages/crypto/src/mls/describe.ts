import { CHANNEL_LIMITS } from '@seal-chat/protocol';
import { authenticatorOf } from './enter.ts';
import { cachedEpoch, type Epoch } from './epoch.ts';
import { leavesOf } from './leaves.ts';
import { groupNameOf } from './names.ts';
import { suiteNamed } from './provider/suites.ts';
import { openGroupInfo } from './group-info.ts';
import type { GroupDescription, GroupState } from './types.ts';

/** What a GroupInfo says. The authenticator is a secret's hash: only members know it. */
export type GroupInfoDescription = Omit<GroupDescription, 'authenticator'>;

/** Describes the group of a state. @throws SealError MALFORMED, UNSUPPORTED_VERSION */
export function describeGroup(state: GroupState): GroupDescription {
  return describeEpoch(cachedEpoch(state.epoch));
}

export function describeEpoch(epoch: Epoch): GroupDescription {
  const { name, suite, groupContext, ratchetTree } = epoch;
  return {
    ...name,
    suite: suite.id,
    epoch: Number(groupContext.epoch),
    members: leavesOf(ratchetTree, name.tenantId).map(({ member }) => member),
    authenticator: authenticatorOf(epoch),
  };
}

/**
 * Tells what a GroupInfo claims: nothing of it is verified here.
 * @throws SealError MALFORMED, TOO_LARGE,
 * UNSUPPORTED_VERSION
 */
export function describeGroupInfo(bytes: Uint8Array): GroupInfoDescription {
  const { groupInfo, tree } = openGroupInfo(bytes, CHANNEL_LIMITS.groupInfo);
  const { groupContext } = groupInfo;
  const name = groupNameOf(groupContext.groupId);
  return {
    ...name,
    suite: suiteNamed(groupContext.cipherSuite).id,
    epoch: Number(groupContext.epoch),
    members: leavesOf(tree, name.tenantId).map(({ member }) => member),
  };
}
