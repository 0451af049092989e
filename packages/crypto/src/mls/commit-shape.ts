import { SealError, type TenantId } from '@seal-chat/protocol';
import type { Commit } from 'ts-mls/commit.js';
import type { Proposal, ProposalAdd, ProposalRemove } from 'ts-mls/proposal.js';
import type { PublicMessage } from 'ts-mls/publicMessage.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { checkLeafRules } from './leaf-rules.ts';
import { leafAt } from './leaves.ts';
import { isSameMember, memberOf } from './names.ts';
import type { MemberChange } from './successors.ts';
import type { MlsMember } from './types.ts';

/** A Commit of one of the few kinds there are in Seal, before any of it is verified. */
export interface PlannedCommit extends MemberChange {
  readonly committer: MlsMember;
  readonly isExternal: boolean;
}

/**
 * Reads what a Commit is about to do, and refuses whatever Seal has no use for: proposals by reference, PSKs, a new
 * group in place of this one, changed extensions, updates, proposals unknown.
 *
 * @throws SealError INVALID_COMMIT; MALFORMED for a leaf that breaks our rules
 */
export function planCommit(
  message: PublicMessage,
  tree: RatchetTree,
  { tenantId, now }: { readonly tenantId: TenantId; readonly now: number },
): PlannedCommit {
  const { content } = message;
  if (content.contentType !== 'commit') throw invalid('the message is not a Commit');
  if (content.authenticatedData.length > 0) throw invalid('the Commit carries authenticated data');
  const { commit, sender } = content;
  const proposals = inlineProposals(commit);
  const adds = proposals.filter((proposal): proposal is ProposalAdd => proposal.proposalType === 'add');
  const removes = proposals.filter((proposal): proposal is ProposalRemove => proposal.proposalType === 'remove');
  const inits = proposals.filter(({ proposalType }) => proposalType === 'external_init');
  if (adds.length + removes.length + inits.length !== proposals.length)
    throw invalid('it has a proposal of a kind that Seal does not use');
  const added = adds.map(({ add }) => {
    checkLeafRules(add.keyPackage.leafNode, now);
    return memberOf(add.keyPackage.leafNode.credential, tenantId);
  });
  const removed = removes.map(({ remove }) => leafAt(tree, remove.removed, tenantId).member);

  if (commit.path !== undefined) checkLeafRules(commit.path.leafNode, now);

  if (sender.senderType === 'member') {
    if (inits.length > 0) throw invalid('a member sent an external init');
    // RFC 9420 §12.4: only Commits that do nothing but add may go without.
    if (commit.path === undefined && (adds.length === 0 || removes.length > 0)) throw invalid('it has no UpdatePath');
    return { committer: leafAt(tree, sender.leafIndex, tenantId).member, added, removed, isExternal: false };
  }
  if (sender.senderType !== 'new_member_commit') throw invalid('its sender is not in the group and does not join');
  if (inits.length !== 1 || adds.length > 0 || commit.path === undefined)
    throw invalid('it is not a plain external join');
  const joiner = memberOf(commit.path.leafNode.credential, tenantId);
  // An external join may remove the joining device's own former leaf, and no other.
  if (removed.length > 1 || removed.some((member) => !isSameMember(member, joiner)))
    throw invalid('an external join removes another device');
  return { committer: joiner, added: [joiner], removed, isExternal: true };
}

function inlineProposals({ proposals }: Commit): readonly Proposal[] {
  return proposals.map((entry) => {
    if (entry.proposalOrRefType !== 'proposal') throw invalid('it names a proposal by reference');
    return entry.proposal;
  });
}

function invalid(reason: string): SealError {
  return new SealError('INVALID_COMMIT', `mls: ${reason}`);
}
