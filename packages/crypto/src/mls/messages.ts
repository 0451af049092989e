import {
  CHANNEL_LIMITS,
  SealError,
  constantTimeEqual,
  type Bytes,
  asKey,
  type SignPublicKey,
} from '@seal-chat/protocol';
import { leafWidth } from 'ts-mls/treemath.js';
import { cachedEpoch, type Epoch } from './epoch.ts';
import { guardedSync } from './failures.ts';
import { leafAt } from './leaves.ts';
import { isSameMember } from './names.ts';
import { decodePrivateMessage, type PrivateMessage } from './private-framing.ts';
import { openSenderData, protect, unprotect } from './private-message.ts';
import { curvesFor, messageCrypto } from './provider/provider.ts';
import { decodeRatchets, encodeRatchets, wipeRatchets, type Ratchets } from './ratchets.ts';
import { ratchetOf, take, takeNext } from './secret-tree.ts';
import { signedBytes, type ApplicationContent } from './signed-content.ts';
import type { GroupState, MlsDeps, MlsIdentity, MlsMember } from './types.ts';

/**
 * Encrypts an application message for every member of the group. The state that comes back must be stored before the
 * message is sent, and the old one never used again.
 *
 * @throws SealError TOO_LARGE
 */
export async function encryptMessage(
  deps: MlsDeps,
  input: {
    readonly state: GroupState;
    readonly identity: MlsIdentity;
    readonly plaintext: Uint8Array;
    readonly authenticatedData: Uint8Array;
  },
): Promise<{ readonly state: GroupState; readonly message: Bytes }> {
  const { state, identity, plaintext, authenticatedData } = input;
  const epoch = cachedEpoch(state.epoch);
  const { groupContext, keySchedule, ratchetTree } = epoch;
  const { leafIndex } = epoch.privatePath;
  if (!isSameMember(leafAt(ratchetTree, leafIndex, epoch.name.tenantId).member, identity))
    throw new SealError('INTERNAL', 'mls: the state belongs to another device');
  const crypto = await messageCrypto(epoch.suite);
  const ratchets = openRatchets(state, epoch);
  const content: ApplicationContent = { groupContext, leafIndex, applicationData: plaintext, authenticatedData };
  const curves = await curvesFor(deps.subtle);
  const signature = await curves.sign(identity.signKey, signedBytes(content));
  const ratchetKey = takeNext(crypto, ratchetOf(crypto, ratchets, leafIndex, leafWidth(ratchetTree.length)));
  const message = protect(crypto, {
    content,
    signature,
    ratchetKey,
    senderDataSecret: keySchedule.senderDataSecret,
    reuseGuard: deps.rng(4),
  });
  if (message.length > CHANNEL_LIMITS.envelope)
    throw new SealError('TOO_LARGE', 'mls: the message is too large', { maxBytes: CHANNEL_LIMITS.envelope });
  return { state: { epoch: state.epoch, ratchets: closeRatchets(ratchets) }, message };
}

/** What came of an application message. */
export interface DecryptedMessage {
  readonly state: GroupState;
  readonly plaintext: Bytes;
  readonly authenticatedData: Bytes;
  /** How many messages of the sender's leaf before this one have not come. */
  readonly skipped: number;
}

/**
 * Decrypts an application message of the state's epoch.
 *
 * @param input.from whom the server says it is from: its real sender, which only members can see, must be the same
 * @throws SealError EPOCH_STALE when it is of another epoch; REPLAYED when it was decrypted before; TOO_FAR_AHEAD;
 * UNDECRYPTABLE; MALFORMED, TOO_LARGE. The state is not changed by any of them.
 */
export async function decryptMessage(
  deps: MlsDeps,
  input: { readonly state: GroupState; readonly message: Uint8Array; readonly from: MlsMember },
): Promise<DecryptedMessage> {
  const { state, from } = input;
  const message = decodePrivateMessage(input.message, CHANNEL_LIMITS.envelope);
  const epoch = cachedEpoch(state.epoch);
  checkIsFor(epoch, message);
  const { groupContext, keySchedule, ratchetTree } = epoch;
  const crypto = await messageCrypto(epoch.suite);
  const senderData = openSenderData(crypto, message, keySchedule.senderDataSecret);
  const sender = leafAt(ratchetTree, senderData.leafIndex, epoch.name.tenantId);
  if (sender.index === epoch.privatePath.leafIndex)
    throw new SealError('UNDECRYPTABLE', "mls: the message was sent from this device's own leaf");
  if (!isSameMember(sender.member, from))
    throw new SealError('UNDECRYPTABLE', 'mls: the sender is not the one the server named');

  const ratchets = openRatchets(state, epoch);
  const ratchet = ratchetOf(crypto, ratchets, sender.index, leafWidth(ratchetTree.length));
  const skipped = Math.max(0, senderData.generation - ratchet.generation);
  const key = take(crypto, ratchet, senderData.generation);
  const { applicationData, signature } = unprotect(crypto, message, key, senderData);
  const { authenticatedData } = message;
  const content = { groupContext, leafIndex: sender.index, applicationData, authenticatedData };
  const curves = await curvesFor(deps.subtle);
  const signatureKey = asKey<SignPublicKey>(Uint8Array.from(sender.node.signaturePublicKey));
  if (!(await curves.verify(signatureKey, signedBytes(content), signature)))
    throw new SealError('UNDECRYPTABLE', 'mls: the signature is wrong');
  return {
    state: { epoch: state.epoch, ratchets: closeRatchets(ratchets) },
    plaintext: applicationData,
    authenticatedData,
    skipped,
  };
}

/** Group and epoch from the envelope, before anything is decrypted. */
function checkIsFor({ groupContext }: Epoch, message: PrivateMessage): void {
  if (!constantTimeEqual(message.groupId, groupContext.groupId))
    throw new SealError('UNDECRYPTABLE', 'mls: the message belongs to another group');
  if (message.epoch !== groupContext.epoch)
    throw new SealError(
      'EPOCH_STALE',
      `mls: the message is of epoch ${message.epoch}, the state of epoch ${groupContext.epoch}`,
    );
}

function openRatchets(state: GroupState, { stamp }: Epoch): Ratchets {
  const ratchets = guardedSync('MALFORMED', () => decodeRatchets(state.ratchets));
  if (!constantTimeEqual(ratchets.stamp, stamp))
    throw new SealError('MALFORMED', 'mls: the ratchets belong to another epoch');
  return ratchets;
}

function closeRatchets(ratchets: Ratchets): Bytes {
  const bytes = encodeRatchets(ratchets);
  wipeRatchets(ratchets);
  return bytes;
}
