import { SealError, type TenantId } from '@seal-chat/protocol';
import type { Commit } from 'ts-mls/commit.js';
import type { PreSharedKeyID } from 'ts-mls/presharedkey.js';
import type { Proposal, ProposalAdd, ProposalPSK, ProposalRemove } from 'ts-mls/proposal.js';
import type { PublicMessage } from 'ts-mls/publicMessage.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { isDoorPskId, type Door } from './door-psks.ts';
import { EXTERNAL_DOOR_LENGTH } from './external-door.ts';
import { checkLeafRules } from './leaf-rules.ts';
import { leafAt } from './leaves.ts';
import { isSameMember, memberOf } from './names.ts';
import { doorKeyHashOf } from './published-key-package.ts';
import type { MemberChange } from './successors.ts';
import type { MlsMember } from './types.ts';

/** A Commit of one of the few kinds there are in Seal, before any of it is verified. */
export interface PlannedCommit extends MemberChange {
  readonly committer: MlsMember;
  readonly isExternal: boolean;
  /** The PSK it comes with: that of the door by which it lets a device in, and none where no device comes in. */
  readonly door: { readonly kind: Door; readonly pskId: PreSharedKeyID } | null;
}

/**
 * Reads what a Commit is about to do, and refuses whatever Seal has no use for: proposals by reference, PSKs but for
 * the one of the door, a new group in place of this one, changed extensions, updates, proposals unknown.
 *
 * @throws SealError INVALID_COMMIT; MALFORMED for a leaf that breaks our rules
 */
export function planCommit(
  message: PublicMessage,
  tree: RatchetTree,
  group: { readonly tenantId: TenantId; readonly now: number; readonly pskNonceLength: number },
): PlannedCommit {
  const { tenantId, now } = group;
  const { content } = message;
  if (content.contentType !== 'commit') throw invalid('the message is not a Commit');
  const { commit, sender } = content;
  const proposals = inlineProposals(commit);
  const adds = proposals.filter((proposal): proposal is ProposalAdd => proposal.proposalType === 'add');
  const removes = proposals.filter((proposal): proposal is ProposalRemove => proposal.proposalType === 'remove');
  const inits = proposals.filter(({ proposalType }) => proposalType === 'external_init');
  const psks = proposals.filter((proposal): proposal is ProposalPSK => proposal.proposalType === 'psk');
  if (adds.length + removes.length + inits.length + psks.length !== proposals.length)
    throw invalid('it has a proposal of a kind that Seal does not use');
  const kind = inits.length > 0 ? 'external' : adds.length > 0 ? 'welcome' : null;
  const door = doorOf(psks, kind, { epoch: content.epoch, nonceLength: group.pskNonceLength });
  // The ciphertext for the members, which the joining device signs with everything else.
  if (content.authenticatedData.length !== (kind === 'external' ? EXTERNAL_DOOR_LENGTH : 0))
    throw invalid('its authenticated data have a wrong length');
  const added = adds.map(({ add }) => {
    doorKeyHashOf(add.keyPackage);
    checkLeafRules(add.keyPackage.leafNode, now);
    return memberOf(add.keyPackage.leafNode.credential, tenantId);
  });
  const removed = removes.map(({ remove }) => leafAt(tree, remove.removed, tenantId).member);

  if (commit.path !== undefined) checkLeafRules(commit.path.leafNode, now);

  if (sender.senderType === 'member') {
    if (inits.length > 0) throw invalid('a member sent an external init');
    // RFC 9420 §12.4: only Commits that do nothing but add may go without.
    if (commit.path === undefined && (adds.length === 0 || removes.length > 0)) throw invalid('it has no UpdatePath');
    return { committer: leafAt(tree, sender.leafIndex, tenantId).member, added, removed, door, isExternal: false };
  }
  if (sender.senderType !== 'new_member_commit') throw invalid('its sender is not in the group and does not join');
  if (inits.length !== 1 || adds.length > 0 || commit.path === undefined)
    throw invalid('it is not a plain external join');
  const joiner = memberOf(commit.path.leafNode.credential, tenantId);
  // An external join may remove the joining device's own former leaf, and no other.
  if (removed.length > 1 || removed.some((member) => !isSameMember(member, joiner)))
    throw invalid('an external join removes another device');
  return { committer: joiner, added: [joiner], removed, door, isExternal: true };
}

/** One PSK for a Commit that lets a device in, none for any other. */
function doorOf(
  psks: readonly ProposalPSK[],
  kind: Door | null,
  at: { readonly epoch: bigint; readonly nonceLength: number },
): PlannedCommit['door'] {
  const pskId = psks[0]?.psk.preSharedKeyId;
  if (kind === null) {
    if (pskId !== undefined) throw invalid('it has a PSK of a kind that Seal does not use');
    return null;
  }
  if (pskId === undefined) throw invalid('it lets a device in without the post-quantum PSK');
  if (psks.length > 1 || !isDoorPskId(pskId, { door: kind, ...at }))
    throw invalid('it has a PSK of a kind that Seal does not use');
  return { kind, pskId };
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
