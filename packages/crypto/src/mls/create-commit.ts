import {
  CHANNEL_LIMITS,
  COUNT_LIMITS,
  SealError,
  wipe,
  type Bytes,
  type DeviceId,
  type KemPublicKey,
} from '@seal-chat/protocol';
import { applyProposals } from 'ts-mls/clientState.js';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { mergePrivateKeyPaths } from 'ts-mls/privateKeyPath.js';
import type { PreSharedKeyID } from 'ts-mls/presharedkey.js';
import type { Proposal } from 'ts-mls/proposal.js';
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { libraryConfig } from './config.ts';
import { doorPskId, welcomePsk } from './door-psks.ts';
import { authenticatorOf, enterEpoch } from './enter.ts';
import { decodeEpoch, toLibrary, wipeEpoch, type Epoch } from './epoch.ts';
import { guarded } from './failures.ts';
import { groupInfoBytes, makeGroupInfo } from './group-info.ts';
import { openKeyPackage } from './key-package.ts';
import { leafOfDevice, leavesOf } from './leaves.ts';
import { makeWelcome } from './make-welcome.ts';
import { newPath } from './new-path.ts';
import { cipherSuite } from './provider/provider.ts';
import { signCommit } from './sign-commit.ts';
import { checkSuccessor } from './successors.ts';
import type { Authenticate, GroupState, MlsDeps, MlsIdentity, MlsMember } from './types.ts';
import { toWire } from './wire.ts';

/** A Commit that was made and not accepted yet. */
export interface CreatedCommit {
  /** Of the epoch the Commit begins: to be used from when the server accepted it, to be thrown away otherwise. */
  readonly state: GroupState;
  readonly commit: Bytes;
  /** For all who are added; null when no device is. */
  readonly welcome: Bytes | null;
  readonly groupInfo: Bytes;
  readonly authenticator: Bytes;
}

interface CommitInput {
  readonly state: GroupState;
  readonly identity: MlsIdentity;
  readonly authenticate: Authenticate;
  readonly adds: readonly { readonly member: MlsMember; readonly keyPackage: Uint8Array }[];
  readonly removes: readonly DeviceId[];
}

/**
 * Makes a Commit (RFC 9420 §12.4) that adds and removes devices, or that only renews this device's keys. It travels as
 * a PublicMessage: the server knows the tree from the GroupInfo, and there are no handshake keys to lose or use twice.
 * A device cannot be added while it has a leaf, even if that is removed at the same time.
 *
 * @throws SealError MALFORMED, UNVERIFIED_DEVICE for a KeyPackage that is not as it should be; INVALID_COMMIT for a
 * change that cannot be made; TOO_LARGE when it is too much for one Commit
 */
export async function createCommit(deps: MlsDeps, input: CommitInput): Promise<CreatedCommit> {
  const epoch = decodeEpoch(input.state.epoch);
  try {
    return await build(deps, epoch, input);
  } finally {
    wipeEpoch(epoch);
  }
}

async function build(
  deps: MlsDeps,
  epoch: Epoch,
  { identity, authenticate, adds, ...input }: CommitInput,
): Promise<CreatedCommit> {
  const { tenantId } = epoch.name;
  const suite = await cipherSuite(deps, epoch.suite.id, identity.signKey);
  // One door is made for each, and a Welcome has room for so many.
  if (adds.length > COUNT_LIMITS.page) throw new SealError('TOO_LARGE', 'mls: too many devices for one Commit');
  const removes = removeProposals(epoch, identity, input.removes);
  const proposals: Proposal[] = [...removes.proposals];
  const doorKeys: KemPublicKey[] = [];
  for (const { member, keyPackage: bytes } of adds) {
    const expectation = { bytes, expected: member, tenantId, authenticate, suite: epoch.suite.id };
    const { keyPackage, doorKey } = await openKeyPackage(deps, expectation);
    proposals.push({ proposalType: 'add', add: { keyPackage } });
    doorKeys.push(doorKey);
  }
  return guarded('INVALID_COMMIT', async () => {
    const door = adds.length === 0 ? null : await openDoor(deps, epoch, suite);
    if (door !== null) proposals.push({ proposalType: 'psk', psk: { preSharedKeyId: door.pskId } });
    const { signed, tree, welcomed } = await commitTo(epoch, { proposals, psk: door?.psk }, authenticate, suite);
    const change = { added: adds.map(({ member }) => member), removed: removes.members };
    checkSuccessor(epoch.ratchetTree, tree, change, tenantId);
    const { state, secrets } = signed;
    const groupInfo = await makeGroupInfo(deps, state, suite);
    const entry = { ...welcomed, groupInfo, secrets, tree, suite };
    const welcome = door && (await makeWelcome({ ...entry, ...door, doorKeys, kem: await deps.kem() }));
    const created = {
      commit: capped(
        toWire({ wireformat: 'mls_public_message', publicMessage: signed.message }),
        CHANNEL_LIMITS.commit,
      ),
      welcome: welcome === null ? null : capped(welcome, CHANNEL_LIMITS.welcome),
      groupInfo: capped(groupInfoBytes(groupInfo), CHANNEL_LIMITS.groupInfo),
      authenticator: authenticatorOf(state),
    };
    const entered = enterEpoch(deps, state, secrets.encryptionSecret);
    wipe(secrets.joinerSecret, secrets.welcomeSecret, ...welcomed.pathSecrets.map(({ secret }) => secret));
    if (door !== null) wipe(door.psk);
    return { ...created, state: entered };
  });
}

/** The PSK that guards the Welcome of one Commit. */
async function openDoor(
  { rng }: MlsDeps,
  { groupContext, keySchedule }: Epoch,
  suite: CiphersuiteImpl,
): Promise<{ readonly pskId: PreSharedKeyID; readonly psk: Bytes }> {
  const pskId = doorPskId('welcome', groupContext.epoch, rng(suite.kdf.size));
  return { pskId, psk: await welcomePsk(keySchedule.exporterSecret, pskId, suite) };
}

/** Applies the proposals, renews this device's path where it must have one, signs. */
async function commitTo(
  epoch: Epoch,
  { proposals, psk }: { readonly proposals: readonly Proposal[]; readonly psk: Bytes | undefined },
  authenticate: Authenticate,
  suite: CiphersuiteImpl,
) {
  const { groupContext, keySchedule, confirmationTag } = epoch;
  const committer = toLeafIndex(epoch.privatePath.leafIndex);
  const inline = proposals.map((proposal) => ({ proposalOrRefType: 'proposal' as const, proposal }));
  const applied = await applyProposals(
    toLibrary(epoch, libraryConfig(epoch.name.tenantId, authenticate)),
    inline,
    committer,
    { findPsk: () => psk },
    false, // lifetimes have been judged, and not by this device's clock
    suite,
  );
  if (applied.additionalResult.kind !== 'memberCommit')
    throw new SealError('INTERNAL', 'mls: the Commit made is not a member Commit');
  const { addedLeafNodes } = applied.additionalResult;
  const renewed = applied.needsUpdatePath
    ? await newPath(applied.tree, {
        leafIndex: committer,
        groupContext,
        suite,
        exclude: addedLeafNodes.map(([leaf]) => leafToNodeIndex(leaf)),
      })
    : null;
  const tree = renewed?.tree ?? applied.tree;
  const signed = await signCommit({
    groupContext,
    confirmationTag,
    membershipKey: keySchedule.membershipKey,
    commit: { proposals: inline, path: renewed?.path },
    sender: { senderType: 'member', leafIndex: committer },
    tree,
    privatePath: renewed === null ? epoch.privatePath : mergePrivateKeyPaths(epoch.privatePath, renewed.privatePath),
    initSecret: keySchedule.initSecret,
    commitSecret: renewed?.commitSecret ?? new Uint8Array(suite.kdf.size),
    pskSecret: applied.pskSecret,
    authenticatedData: new Uint8Array(0),
    suite,
  });
  return { signed, tree, welcomed: { committer, pathSecrets: renewed?.pathSecrets ?? [], added: addedLeafNodes } };
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
  if (bytes.length > maxBytes) throw new SealError('TOO_LARGE', 'mls: the Commit is too large', { maxBytes });
  return bytes;
}
