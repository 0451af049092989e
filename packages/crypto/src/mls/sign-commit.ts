import { wipe } from '@seal-chat/protocol';
import { nextEpochContext } from 'ts-mls/clientState.js';
import type { Commit } from 'ts-mls/commit.js';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { createConfirmationTag, createContentCommitSignature } from 'ts-mls/framedContent.js';
import type { GroupContext } from 'ts-mls/groupContext.js';
import { initializeEpoch, type EpochSecrets } from 'ts-mls/keySchedule.js';
import { protectPublicMessage } from 'ts-mls/messageProtectionPublic.js';
import type { PrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import type { PublicMessage } from 'ts-mls/publicMessage.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import type { SenderMember, SenderNewMemberCommit } from 'ts-mls/sender.js';
import { treeHashRoot } from 'ts-mls/treeHash.js';
import type { LibraryParts } from './epoch.ts';

const WIREFORMAT = 'mls_public_message';

/** A Commit and the epoch it begins. */
export interface SignedCommit {
  readonly message: PublicMessage;
  readonly state: LibraryParts;
  readonly secrets: EpochSecrets;
}

/**
 * Signs a Commit and enters the epoch it begins (RFC 9420 §12.4.1 from "Construct an MLSPlaintext" on). Overwrites the
 * secrets it is handed.
 */
export async function signCommit(input: {
  /** Of the epoch it is made in. */
  readonly groupContext: GroupContext;
  readonly confirmationTag: Uint8Array;
  readonly membershipKey: Uint8Array;
  readonly commit: Commit;
  readonly sender: SenderMember | SenderNewMemberCommit;
  readonly tree: RatchetTree;
  readonly privatePath: PrivateKeyPath;
  readonly initSecret: Uint8Array;
  readonly commitSecret: Uint8Array;
  /** Of no PSK: zeros (§8.4). */
  readonly pskSecret: Uint8Array;
  readonly authenticatedData: Uint8Array;
  readonly suite: CiphersuiteImpl;
}): Promise<SignedCommit> {
  const { groupContext, commit, sender, tree, privatePath, initSecret, commitSecret, pskSecret, suite } = input;
  const { framedContent, signature } = await createContentCommitSignature(
    groupContext,
    WIREFORMAT,
    commit,
    sender,
    input.authenticatedData,
    new Uint8Array(0),
    suite.signature,
  );
  const next = await nextEpochContext(
    groupContext,
    WIREFORMAT,
    framedContent,
    signature,
    await treeHashRoot(tree, suite.hash),
    input.confirmationTag,
    suite.hash,
  );
  const secrets = await initializeEpoch(initSecret, commitSecret, next, pskSecret, suite.kdf);
  wipe(initSecret, commitSecret, pskSecret);
  const { keySchedule } = secrets;
  const confirmationTag = await createConfirmationTag(
    keySchedule.confirmationKey,
    next.confirmedTranscriptHash,
    suite.hash,
  );
  const message = await protectPublicMessage(
    input.membershipKey,
    groupContext,
    { wireformat: WIREFORMAT, content: framedContent, auth: { contentType: 'commit', signature, confirmationTag } },
    suite,
  );
  return {
    message,
    secrets,
    state: { groupContext: next, keySchedule, ratchetTree: tree, privatePath, confirmationTag },
  };
}
