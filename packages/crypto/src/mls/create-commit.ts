import { CHANNEL_LIMITS, SealError, type Bytes, type DeviceId } from '@seal-chat/protocol';
import { createCommit as createLibraryCommit } from 'ts-mls/createCommit.js';
import type { Proposal } from 'ts-mls/proposal.js';
import { libraryConfig } from './config.ts';
import { authenticatorOf, enterEpoch } from './enter.ts';
import { decodeEpoch, toLibrary, wipeEpoch, type Epoch } from './epoch.ts';
import { guarded } from './failures.ts';
import { groupInfoOf } from './group-info.ts';
import { openKeyPackage } from './key-package.ts';
import { withLazySecretTree } from './lazy-secret-tree.ts';
import { leafOfDevice, leavesOf } from './leaves.ts';
import { cipherSuite } from './provider/provider.ts';
import { checkSuccessor } from './successors.ts';
import type { Authenticate, GroupState, MlsDeps, MlsIdentity, MlsMember } from './types.ts';
import { toWire } from './wire.ts';

/** A Commit that was made and not accepted yet. */
export interface CreatedCommit {
  /** Of the epoch the Commit begins: to be used from when the server accepted it, to be thrown away otherwise. */
  readonly state: GroupState;
  readonly commit: Bytes;
  /** For all who are added; null when nobody is. */
  readonly welcome: Bytes | null;
  readonly groupInfo: Bytes;
  readonly authenticator: Bytes;
}

/**
 * A Commit (RFC 9420 §12.4) that adds and removes devices, or that only renews this device's keys. It travels as a
 * PublicMessage: the server knows the tree from the GroupInfo, and there are no handshake keys to lose or use twice.
 *
 * @throws SealError MALFORMED, UNVERIFIED_DEVICE for a KeyPackage that is not as it should be; INVALID_COMMIT for a
 * change that cannot be made; TOO_LARGE when it is too much for one Commit
 */
export async function createCommit(
  deps: MlsDeps,
  input: {
    readonly state: GroupState;
    readonly identity: MlsIdentity;
    readonly authenticate: Authenticate;
    readonly adds: readonly { readonly member: MlsMember; readonly keyPackage: Uint8Array }[];
    readonly removes: readonly DeviceId[];
  },
): Promise<CreatedCommit> {
  const { identity, authenticate, adds } = input;
  const epoch = decodeEpoch(input.state.epoch);
  const { tenantId } = epoch.name;
  const { suite, takeEncryptionSecret } = withLazySecretTree(await cipherSuite(deps, epoch.suite.id, identity.signKey));
  const removes = removeProposals(epoch, identity, input.removes);
  const addProposals: Proposal[] = [];
  for (const { member, keyPackage: bytes } of adds) {
    const expectation = { bytes, expected: member, tenantId, authenticate, suite: epoch.suite.id };
    addProposals.push({ proposalType: 'add', add: { keyPackage: await openKeyPackage(deps, expectation) } });
  }
  return guarded('INVALID_COMMIT', async () => {
    const state = toLibrary(epoch, libraryConfig(tenantId, authenticate));
    const { newState, welcome, commit, consumed } = await createLibraryCommit(
      { state, cipherSuite: suite },
      {
        wireAsPublicMessage: true,
        ratchetTreeExtension: true,
        extraProposals: [...removes.proposals, ...addProposals],
      },
    );
    checkSuccessor(
      state.ratchetTree,
      newState.ratchetTree,
      { added: adds.map(({ member }) => member), removed: removes.members },
      tenantId,
    );
    const created = {
      commit: capped(toWire(commit), CHANNEL_LIMITS.commit),
      welcome:
        welcome === undefined ? null : capped(toWire({ wireformat: 'mls_welcome', welcome }), CHANNEL_LIMITS.welcome),
      groupInfo: capped(await groupInfoOf(newState, suite), CHANNEL_LIMITS.groupInfo),
      authenticator: authenticatorOf(newState),
    };
    const entered = enterEpoch(deps, newState, takeEncryptionSecret());
    for (const secret of consumed) secret.fill(0);
    wipeEpoch(epoch);
    return { ...created, state: entered };
  });
}

function removeProposals(epoch: Epoch, identity: MlsIdentity, deviceIds: readonly DeviceId[]) {
  const leaves = leavesOf(epoch.ratchetTree, epoch.name.tenantId);
  const removed = deviceIds.map((deviceId) => {
    const leaf = leafOfDevice(leaves, deviceId);
    if (leaf === undefined) throw new SealError('INVALID_COMMIT', `mls: device ${deviceId} is not in the group`);
    if (deviceId === identity.deviceId) throw new SealError('INVALID_COMMIT', 'mls: a device cannot remove itself');
    return leaf;
  });
  return {
    proposals: removed.map(({ index }): Proposal => ({ proposalType: 'remove', remove: { removed: index } })),
    members: removed.map(({ member }) => member),
  };
}

function capped(bytes: Bytes, maxBytes: number): Bytes {
  if (bytes.length > maxBytes) throw new SealError('TOO_LARGE', 'mls: too much for one Commit', { maxBytes });
  return bytes;
}
