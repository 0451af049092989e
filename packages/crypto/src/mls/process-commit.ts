import { CHANNEL_LIMITS, SealError, constantTimeEqual, wipe, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js';
import { processPublicMessage } from 'ts-mls/processMessages.js';
import type { PublicMessage } from 'ts-mls/publicMessage.js';
import { planCommit, type PlannedCommit } from './commit-shape.ts';
import { libraryConfig } from './config.ts';
import { authenticatorOf, enterEpoch } from './enter.ts';
import { welcomePsk } from './door-psks.ts';
import { decodeEpoch, toLibrary, wipeEpoch, type Epoch } from './epoch.ts';
import { openExternalDoor } from './external-door.ts';
import { recoded } from './failures.ts';
import { withLazySecretTree } from './lazy-secret-tree.ts';
import { isSameMember } from './names.ts';
import { checkPrivatePath } from './private-path.ts';
import { cipherSuite } from './provider/provider.ts';
import { checkSuccessor } from './successors.ts';
import type { Authenticate, GroupState, MlsDeps, MlsIdentity, MlsMember } from './types.ts';
import { fromWire } from './wire.ts';

/** What came of another device's Commit. */
export type ProcessedCommit = {
  /** The epoch it began. */
  readonly epoch: number;
  readonly added: readonly MlsMember[];
  readonly removed: readonly MlsMember[];
  /** The committer joined externally. */
  readonly isExternal: boolean;
} & (
  | { readonly state: GroupState; readonly authenticator: Bytes }
  /** This device was removed. */
  | { readonly state: null; readonly authenticator: null }
);

/**
 * Processes another device's Commit (RFC 9420 §12.4.2); one's own is applied by using the state it was made with.
 *
 * @param input.from whom the server says it is from
 * @throws SealError EPOCH_STALE when it was made in another epoch than the state's; INVALID_COMMIT; UNVERIFIED_DEVICE,
 * after which it may be tried again; MALFORMED, TOO_LARGE when it is no Commit at all. The state is not changed by any
 * of them.
 */
export async function processCommit(
  deps: MlsDeps,
  input: {
    readonly state: GroupState;
    readonly commit: Uint8Array;
    readonly identity: MlsIdentity;
    readonly authenticate: Authenticate;
    readonly from: MlsMember;
  },
): Promise<ProcessedCommit> {
  const { publicMessage } = fromWire(input.commit, 'mls_public_message', CHANNEL_LIMITS.commit);
  const epoch = decodeEpoch(input.state.epoch);
  try {
    checkIsFor(epoch, publicMessage);
    // What is malformed in a Commit, or a key of small order, makes the Commit invalid.
    return await recoded('INVALID_COMMIT', () => apply(deps, epoch, publicMessage, input));
  } finally {
    wipeEpoch(epoch);
  }
}

async function apply(
  deps: MlsDeps,
  epoch: Epoch,
  message: PublicMessage,
  input: { readonly identity: MlsIdentity; readonly authenticate: Authenticate; readonly from: MlsMember },
): Promise<ProcessedCommit> {
  const { tenantId } = epoch.name;
  const { suite, takeEncryptionSecret } = withLazySecretTree(await cipherSuite(deps, epoch.suite.id, null));
  const group = { tenantId, now: deps.now, pskNonceLength: suite.kdf.size };
  const plan = planCommit(message, epoch.ratchetTree, group);
  checkCommitter(plan, input);
  const { added, removed, isExternal } = plan;
  const result = { epoch: Number(epoch.groupContext.epoch) + 1, added, removed, isExternal };
  if (removed.some(({ deviceId }) => deviceId === input.identity.deviceId)) {
    // Our code must see it: the library looks for a blank leaf, and another device may have been added there.
    const { keySchedule, groupContext, ratchetTree } = epoch;
    await unprotectPublicMessage(keySchedule.membershipKey, groupContext, ratchetTree, message, suite);
    return { ...result, state: null, authenticator: null };
  }
  const state = toLibrary(epoch, libraryConfig(tenantId, input.authenticate));
  const psk = await pskOf(deps, epoch, plan, { message, suite });
  const { newState, consumed } = await processPublicMessage(state, message, { findPsk: () => psk }, suite);
  checkSuccessor(state.ratchetTree, newState.ratchetTree, plan, tenantId);
  await checkPrivatePath(newState.privatePath, newState.ratchetTree, suite, state.privatePath.privateKeys);
  const authenticator = authenticatorOf(newState);
  const entered = enterEpoch(deps, newState, takeEncryptionSecret());
  wipe(...consumed, ...(psk === undefined ? [] : [psk]));
  return { ...result, state: entered, authenticator };
}

/** The PSK of the door by which the Commit lets a device in; `planCommit` has seen to it that there is no other. */
async function pskOf(
  deps: MlsDeps,
  { keySchedule }: Epoch,
  { door }: PlannedCommit,
  { message, suite }: { readonly message: PublicMessage; readonly suite: CiphersuiteImpl },
): Promise<Bytes | undefined> {
  const { exporterSecret } = keySchedule;
  if (door?.kind === 'welcome') return welcomePsk(exporterSecret, door.pskId, suite);
  return door === null ? undefined : openExternalDoor(deps, exporterSecret, message.content.authenticatedData, suite);
}

/** Group and epoch from the envelope, before the library sees it. */
function checkIsFor({ groupContext }: Epoch, { content }: PublicMessage): void {
  if (!constantTimeEqual(content.groupId, groupContext.groupId))
    throw new SealError('INVALID_COMMIT', 'mls: the Commit belongs to another group');
  if (content.epoch !== groupContext.epoch)
    throw new SealError(
      'EPOCH_STALE',
      `mls: the Commit is of epoch ${content.epoch}, the state of epoch ${groupContext.epoch}`,
    );
}

function checkCommitter(
  { committer }: PlannedCommit,
  { from, identity }: { readonly from: MlsMember; readonly identity: MlsIdentity },
): void {
  if (!isSameMember(committer, from))
    throw new SealError('INVALID_COMMIT', 'mls: the committer is not the one the server named');
  if (committer.deviceId === identity.deviceId)
    throw new SealError('INVALID_COMMIT', 'mls: the Commit is from this device, or in its name');
}
