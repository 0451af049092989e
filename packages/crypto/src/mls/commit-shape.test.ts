import type { Commit } from 'ts-mls/commit.js';
import type { Proposal } from 'ts-mls/proposal.js';
import type { PublicMessage } from 'ts-mls/publicMessage.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOW, TENANT, TestChannel, memberOf, type TestDevice } from '../../test/mls.ts';
import { planCommit } from './commit-shape.ts';
import { decodeEpoch } from './epoch.ts';
import { fromWire } from './wire.ts';

let ann: TestDevice;
let bob: TestDevice;
let eve: TestDevice;
let tree: RatchetTree;
/** Ann's Commit that adds Eve and removes no device, and Eve's by which she enters on her own. */
let adding: PublicMessage;
let entering: PublicMessage;
/** Bob's device, entering again in the place of its own leaf. */
let again: PublicMessage;

beforeAll(async () => {
  const channel = await TestChannel.create('ann 1');
  [bob] = (await channel.with('bob 1')) as [TestDevice];
  ann = channel.devices[0]!;
  eve = await channel.device('eve 1');
  tree = decodeEpoch(ann.state!.epoch).ratchetTree;
  const read = (commit: Uint8Array) => fromWire(commit, 'mls_public_message', 20_000).publicMessage;
  adding = read((await ann.commit([eve])).commit);
  entering = read((await eve.joinExternal(channel.groupInfo)).commit);
  again = read((await bob.joinExternal(channel.groupInfo)).commit);
});

type Content = Extract<PublicMessage['content'], { readonly contentType: 'commit' }>;

/** What `planCommit` makes of a message whose content was changed. */
function plan(message: PublicMessage, change: (content: Content) => object = (content) => content) {
  const content = change(contentOf(message)) as PublicMessage['content'];
  const group = { tenantId: TENANT, now: NOW, pskNonceLength: 32 };
  return () => planCommit({ ...message, content }, tree, group);
}

function contentOf({ content }: PublicMessage): Content {
  if (content.contentType !== 'commit') throw new Error('not a Commit');
  return content;
}

const withCommit = (change: (commit: Commit) => Partial<Commit>) => (content: Content) => ({
  ...content,
  commit: { ...content.commit, ...change(content.commit) },
});
const inline = (proposal: Proposal) => ({ proposalOrRefType: 'proposal' as const, proposal });
/** The Commit with the proposals of another one as well. */
const withProposalsOf = (other: PublicMessage, kind: Proposal['proposalType']) =>
  withCommit(({ proposals }) => ({
    proposals: [
      ...proposals,
      ...contentOf(other).commit.proposals.filter(
        (entry) => entry.proposalOrRefType === 'proposal' && entry.proposal.proposalType === kind,
      ),
    ],
  }));
const refused = expect.objectContaining({ code: 'INVALID_COMMIT' });

describe('the plan of a Commit', () => {
  it('says who does what, and by which door a device comes in', () => {
    expect(plan(adding)()).toMatchObject({
      committer: memberOf(ann.identity),
      added: [memberOf(eve.identity)],
      removed: [],
      isExternal: false,
      door: { kind: 'welcome' },
    });
    expect(plan(entering)()).toMatchObject({
      committer: memberOf(eve.identity),
      added: [memberOf(eve.identity)],
      removed: [],
      isExternal: true,
      door: { kind: 'external' },
    });
    expect(plan(again)()).toMatchObject({
      committer: memberOf(bob.identity),
      added: [memberOf(bob.identity)],
      removed: [memberOf(bob.identity)],
      isExternal: true,
    });
  });

  it('is none for a message that is no Commit', () => {
    const proposal = { proposalType: 'remove', remove: { removed: 1 } };
    const change = (content: Content) => ({ ...content, contentType: 'proposal', proposal });
    expect(plan(adding, change)).toThrow(refused);
  });

  it('is none for a sender that is neither a member nor joins', () => {
    for (const sender of [{ senderType: 'external', senderIndex: 0 }, { senderType: 'new_member_proposal' }])
      expect(plan(entering, (content) => ({ ...content, sender }))).toThrow(refused);
  });

  it('is none for a member that enters as a newcomer does', () => {
    const sender = { senderType: 'member', leafIndex: 0 };
    expect(plan(entering, (content) => ({ ...content, sender }))).toThrow(refused);
  });

  it('is none without an UpdatePath for a member that also removes', () => {
    const remove = inline({ proposalType: 'remove', remove: { removed: 1 } });
    const both = (path: Commit['path']) =>
      plan(
        adding,
        withCommit(({ proposals }) => ({ proposals: [...proposals, remove], path })),
      );
    expect(both(contentOf(entering).commit.path)()).toMatchObject({ removed: [memberOf(bob.identity)] });
    expect(both(undefined)).toThrow(refused);
  });
});

describe('an external join', () => {
  it('enters once, adds no other device and carries its keys', () => {
    expect(plan(entering, withProposalsOf(entering, 'external_init'))).toThrow(refused);
    expect(plan(entering, withProposalsOf(adding, 'add'))).toThrow(refused);
    expect(
      plan(
        entering,
        withCommit(() => ({ path: undefined })),
      ),
    ).toThrow(refused);
  });

  it('is no Commit of a newcomer that only adds another one', () => {
    const { sender } = contentOf(entering);
    expect(plan(adding, (content) => ({ ...content, sender }))).toThrow(refused);
  });

  it('removes its own former leaf once, and no other', () => {
    expect(plan(again, withProposalsOf(again, 'remove'))).toThrow(refused);
    expect(plan(entering, withProposalsOf(again, 'remove'))).toThrow(refused);
  });
});
