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
 * Signs a Commit and enters the epoch it begins (RFC 9420 §12.4.1 from "Construct an MLSPlaintext" on). Overwrites both
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
  readonly suite: CiphersuiteImpl;
}): Promise<SignedCommit> {
  const { groupContext, commit, sender, tree, privatePath, initSecret, commitSecret, suite } = input;
  const { framedContent, signature } = await createContentCommitSignature(
    groupContext,
    WIREFORMAT,
    commit,
    sender,
    new Uint8Array(0),
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
  const noPsk = new Uint8Array(suite.kdf.size);
  const secrets = await initializeEpoch(initSecret, commitSecret, next, noPsk, suite.kdf);
  wipe(initSecret, commitSecret);
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
