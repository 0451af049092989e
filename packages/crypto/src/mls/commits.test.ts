import { utf8, type UserId, asKey } from '@seal-chat/protocol';
import { nextEpochContext } from 'ts-mls/clientState.js';
import { initializeEpoch } from 'ts-mls/keySchedule.js';
import type { Commit } from 'ts-mls/commit.js';
import type { Proposal } from 'ts-mls/proposal.js';
import { describe, expect, it } from 'vitest';
import { tweetnaclCurves } from '../curves/tweetnacl.ts';
import { sha256 } from '../kdf.ts';
import { forgeCommit } from '../../test/mls-forge.ts';
import { NOW, TENANT, TestChannel, groupName, id, identityOf, memberOf, type TestDevice } from '../../test/mls.ts';
import { codeOf } from '../../test/seal-error.ts';
import { planCommit } from './commit-shape.ts';
import { decodeEpoch } from './epoch.ts';
import { describeGroup, processCommit } from './index.ts';
import { credentialOf } from './names.ts';
import { cipherSuite } from './provider/provider.ts';
import { fromWire } from './wire.ts';

async function three() {
  const channel = await TestChannel.create('ann 1');
  const [bob, cid] = await channel.with('bob 1', 'cid 1');
  return { channel, ann: channel.devices[0]!, bob: bob!, cid: cid! };
}

describe('removing', () => {
  it('carries fresh keys even when it removes one and does nothing else', async () => {
    const { ann, bob } = await three();
    const { commit } = await ann.commit([], [bob]);
    const { publicMessage } = fromWire(commit, 'mls_public_message', 10_000);
    expect(publicMessage.content).toMatchObject({ commit: { path: { nodes: expect.any(Array) } } });
  });

  it('tells the removed device, whose old state opens nothing that comes after', async () => {
    const { channel, ann, bob, cid } = await three();
    const { results } = await channel.commit(ann, [], [bob]);
    expect(results[0]).toMatchObject({ state: null, authenticator: null, epoch: 2, removed: [memberOf(bob.identity)] });
    expect(results[1]).toMatchObject({ removed: [memberOf(bob.identity)], added: [], isExternal: false });
    expect(describeGroup(ann.state!).members).toEqual([memberOf(ann.identity), memberOf(cid.identity)]);
  });

  it('tells the removed device even when another one gets its leaf', async () => {
    const { channel, ann, bob } = await three();
    const { results } = await channel.commit(ann, [await channel.device('dan 1')], [bob]);
    expect(results[0]).toMatchObject({ state: null, removed: [memberOf(bob.identity)] });
  });

  it('is of devices that are in the group, and never of the one that commits', async () => {
    const { channel, ann } = await three();
    const dan = await channel.device('dan 1');
    for (const [device, reason] of [
      [dan, 'not in the group'],
      [ann, 'cannot remove itself'],
    ] as const)
      await expect(ann.commit([], [device])).rejects.toMatchObject({
        code: 'INVALID_COMMIT',
        message: expect.stringContaining(reason),
      });
  });

  it('sends the new secrets to those who stay, and to a new device in its Welcome alone', async () => {
    const { channel, ann, bob } = await three();
    const { commit } = await ann.commit([await channel.device('dan 1')], [bob]);
    const { content } = fromWire(commit, 'mls_public_message', 10_000).publicMessage;
    if (content.contentType !== 'commit') throw new Error('not a Commit');
    const sealed = content.commit.path!.nodes.map(({ encryptedPathSecret }) => encryptedPathSecret.length);
    expect(sealed).toEqual([0, 1]); // dan has bob's leaf, beside ann's; cid is on the other side
  });

  it('is believed only when a member has signed it', async () => {
    const { ann, bob } = await three();
    const { commit } = await ann.commit([], [bob]);
    commit[commit.length - 1]! ^= 1;
    expect(await codeOf(() => bob.process(commit, ann))).toBe('INVALID_COMMIT');
  });

  it('leaves a device that kept its old state out', async () => {
    const { channel, ann, bob, cid } = await three();
    const old = bob.state;
    await channel.commit(ann, [], [bob]);
    bob.state = old;
    const message = await cid.say('without bob');
    expect(await codeOf(() => bob.hear(message, cid))).toBe('EPOCH_STALE');
    const { commit } = await cid.commit([]);
    expect(await codeOf(() => bob.process(commit, cid))).toBe('EPOCH_STALE');
  });

  it('leaves the last other member out, too', async () => {
    const channel = await TestChannel.create('ann 1');
    const [bob] = await channel.with('bob 1');
    const [ann] = channel.devices;
    const epoch = decodeEpoch(bob!.state!.epoch);
    const { commit, authenticator } = await channel.commit(ann!, [], [bob!]);

    // All that bob can know of the next epoch, without a secret of its path.
    const { publicMessage } = fromWire(commit, 'mls_public_message', 10_000);
    const { content, auth } = publicMessage;
    if (content.contentType !== 'commit') throw new Error('not a Commit');
    const suite = await cipherSuite(bob!.deps, epoch.suite.id, null);
    const { groupContext } = decodeEpoch(ann!.state!.epoch);
    const next = await nextEpochContext(
      epoch.groupContext,
      'mls_public_message',
      content,
      auth.signature,
      groupContext.treeHash,
      epoch.confirmationTag,
      suite.hash,
    );
    const zeros = new Uint8Array(32);
    const { keySchedule } = await initializeEpoch(epoch.keySchedule.initSecret, zeros, next, zeros, suite.kdf);
    expect(next).toEqual(groupContext);
    expect(sha256(keySchedule.epochAuthenticator)).not.toEqual(authenticator);
  });
});

describe('two Commits in one epoch', () => {
  it('are made without changing the state; the loser takes the other one and makes its own again', async () => {
    const { channel, ann, bob, cid } = await three();
    const dan = await channel.device('dan 1');
    const before = ann.state;
    const lost = await ann.commit([dan]);
    expect(ann.state).toBe(before);
    const won = await bob.commit([], [cid]);
    await ann.process(won.commit, bob);
    bob.state = won.state;
    expect(await codeOf(() => bob.process(lost.commit, ann))).toBe('EPOCH_STALE');
    const again = await ann.commit([dan]);
    await bob.process(again.commit, ann);
    ann.state = again.state;
    await dan.welcomed(again.welcome!, again.packages[0]!.privateBytes);
    expect(await dan.hear(await bob.say('three again'), bob)).toBe('three again');
  });
});

describe('a Commit is refused', () => {
  const foreign: readonly (readonly [string, Proposal])[] = [
    ['new extensions', { proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } }],
    [
      'a PSK',
      {
        proposalType: 'psk',
        psk: { preSharedKeyId: { psktype: 'external', pskId: utf8('psk'), pskNonce: new Uint8Array(32) } },
      },
    ],
    [
      'a new group',
      {
        proposalType: 'reinit',
        reinit: {
          groupId: utf8('another'),
          version: 'mls10',
          cipherSuite: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
          extensions: [],
        },
      },
    ],
    ['a proposal of an unknown type', { proposalType: 0xf0f0, proposalData: utf8('?') }],
  ];

  it.each(foreign)('with %s, before anything of it is verified', async (_, proposal) => {
    const { ann } = await three();
    const message = await planned(ann, (commit) => ({
      ...commit,
      proposals: [{ proposalOrRefType: 'proposal', proposal }],
    }));
    expect(message).toContain('a kind that Seal does not use');
  });

  it('with a proposal by reference', async () => {
    const { ann } = await three();
    const proposals = [{ proposalOrRefType: 'reference' as const, reference: new Uint8Array(32) }];
    expect(await planned(ann, (commit) => ({ ...commit, proposals }))).toContain('by reference');
  });

  it('without an UpdatePath, unless it only adds', async () => {
    const { channel, ann, bob } = await three();
    const withoutPath = (commit: Commit): Commit => ({ ...commit, path: undefined });
    expect(await planned(ann, withoutPath, await ann.commit([], [bob]))).toContain('UpdatePath');
    expect(await planned(ann, withoutPath, await ann.commit([]))).toContain('UpdatePath');
    const adding = await ann.commit([await channel.device('dan 1')]);
    expect(await planned(ann, withoutPath, adding)).toBe('fine');
  });

  it.each(foreign)('with %s', async (_, proposal) => {
    const { ann, bob } = await three();
    const commit = await forgeCommit(ann, { proposals: [proposal] });
    expect(await codeOf(() => bob.process(commit, ann))).toBe('INVALID_COMMIT');
  });

  it('with data of its own', async () => {
    const { ann, bob } = await three();
    const commit = await forgeCommit(ann, { options: { authenticatedData: utf8('data') } });
    expect(await codeOf(() => bob.process(commit, ann))).toBe('INVALID_COMMIT');
  });

  it('when the server says that it is from another', async () => {
    const { ann, bob, cid } = await three();
    const { commit } = await ann.commit([]);
    expect(await codeOf(() => bob.process(commit, cid))).toBe('INVALID_COMMIT');
    const otherUser = { ...memberOf(ann.identity), userId: id<UserId>('cid') };
    expect(await codeOf(() => processCommit(bob.deps, { ...bob.context, commit, from: otherUser }))).toBe(
      'INVALID_COMMIT',
    );
  });

  it("when it is under the device's own leaf", async () => {
    const { ann } = await three();
    const { commit } = await ann.commit([]);
    await expect(ann.process(commit, ann)).rejects.toMatchObject({
      code: 'INVALID_COMMIT',
      message: expect.stringContaining('this device'),
    });
  });

  it('when the committer takes the name of another', async () => {
    const { ann, bob } = await three();
    bob.directory.add({ ...(await identityOf('eve')), signKey: ann.identity.signKey });
    const commit = await forgeCommit(ann, {
      leaf: (leaf) => ({ ...leaf, credential: credentialOf(TENANT, { ...ann.identity, deviceId: id('eve') }) }),
    });
    const authenticate = () => true;
    const input = { ...bob.context, authenticate, commit, from: memberOf(ann.identity) };
    expect(await codeOf(() => processCommit(bob.deps, input))).toBe('INVALID_COMMIT');
  });

  it('when the committer takes another signature key', async () => {
    const { ann, bob } = await three();
    const other = await tweetnaclCurves.signKeyPair(asKey(sha256(utf8('another key'))));
    const commit = await forgeCommit(ann, {
      leaf: (leaf) => ({ ...leaf, signaturePublicKey: other.publicKey }),
      suite: (suite) => ({
        ...suite,
        signature: {
          ...suite.signature,
          sign: async (_, message) => {
            const isLeaf = new TextDecoder().decode(message).includes('LeafNodeTBS');
            return tweetnaclCurves.sign(isLeaf ? other : ann.identity.signKey, Uint8Array.from(message));
          },
        },
      }),
    });
    const from = memberOf(ann.identity);
    const input = { ...bob.context, commit, from };
    expect(await codeOf(() => processCommit(bob.deps, input))).toBe('UNVERIFIED_DEVICE');
    const believing = { ...input, authenticate: () => true };
    expect(await codeOf(() => processCommit(bob.deps, believing))).toBe('INVALID_COMMIT');
  });

  it('when it adds a device that is not on its list, until it is', async () => {
    const { channel, ann, bob } = await three();
    const dan = await channel.device('dan 1');
    const { commit } = await ann.commit([dan]);
    channel.directory.forget(dan.identity);
    expect(await codeOf(() => bob.process(commit, ann))).toBe('UNVERIFIED_DEVICE');
    channel.directory.add(dan.identity);
    expect(await bob.process(commit, ann)).toMatchObject({ added: [memberOf(dan.identity)], epoch: 2 });
  });

  it('when a key of its path is not that of the secret everybody gets', async () => {
    const { ann, bob } = await three();
    let calls = 0;
    const commit = await forgeCommit(ann, {
      suite: (suite) => ({
        ...suite,
        hpke: {
          ...suite.hpke,
          exportPublicKey: async (key) =>
            calls++ === 0
              ? suite.hpke.exportPublicKey((await suite.hpke.generateKeyPair()).publicKey)
              : suite.hpke.exportPublicKey(key),
        },
      }),
    });
    await expect(bob.process(commit, ann)).rejects.toMatchObject({
      code: 'INVALID_COMMIT',
      message: expect.stringContaining('path secret'),
    });
  });

  it('with a leaf that newcomers would not accept', async () => {
    const { channel, ann } = await three();
    const made = await ann.commit([await channel.device('dan 1')]);
    const extensions = [{ extensionType: 0xf0f0, extensionData: utf8('') }];
    const adding = await planned(
      ann,
      (commit) => ({
        ...commit,
        proposals: commit.proposals.map((entry) =>
          entry.proposalOrRefType === 'proposal' && entry.proposal.proposalType === 'add'
            ? {
                ...entry,
                proposal: {
                  ...entry.proposal,
                  add: {
                    keyPackage: {
                      ...entry.proposal.add.keyPackage,
                      leafNode: { ...entry.proposal.add.keyPackage.leafNode, extensions },
                    },
                  },
                },
              }
            : entry,
        ),
      }),
      made,
      'MALFORMED',
    );
    expect(adding).toContain('extensions');
    const renewing = await planned(
      ann,
      (commit) => ({ ...commit, path: { ...commit.path!, leafNode: { ...commit.path!.leafNode, extensions } } }),
      undefined,
      'MALFORMED',
    );
    expect(renewing).toContain('extensions');
  });

  it('for now when the device list cannot be looked at', async () => {
    const { channel, ann, bob } = await three();
    const { commit } = await ann.commit([await channel.device('dan 1')]);
    const authenticate = () => Promise.reject(new Error('offline'));
    const input = { ...bob.context, authenticate, commit, from: memberOf(ann.identity) };
    expect(await codeOf(() => processCommit(bob.deps, input))).toBe('UNVERIFIED_DEVICE');
  });

  it('when an external join removes another device', async () => {
    const { channel, ann, bob } = await three();
    const eve = await channel.device('eve 1');
    const joined = await eve.joinExternal(channel.groupInfo);
    const { publicMessage } = fromWire(joined.commit, 'mls_public_message', 10_000);
    expect(joined.removes).toEqual([]);
    const { content } = publicMessage;
    if (content.contentType !== 'commit') throw new Error('not a Commit');
    const remove = {
      proposalOrRefType: 'proposal' as const,
      proposal: { proposalType: 'remove' as const, remove: { removed: 1 } },
    };
    const forged = {
      ...publicMessage,
      content: { ...content, commit: { ...content.commit, proposals: [...content.commit.proposals, remove] } },
    };
    const { ratchetTree } = decodeEpoch(ann.state!.epoch);
    const plan = () => planCommit(forged, ratchetTree, { tenantId: TENANT, now: NOW, pskNonceLength: 32 });
    expect(await codeOf(plan)).toBe('INVALID_COMMIT');
    expect(bob.state).not.toBeNull();
  });

  it('of another epoch, of another group, too large, of another kind', async () => {
    const { ann, bob, cid } = await three();
    const first = await ann.commit([]);
    await bob.process(first.commit, ann);
    expect(await codeOf(() => bob.process(first.commit, ann))).toBe('EPOCH_STALE');
    const second = await bob.commit([]);
    expect(await codeOf(() => cid.process(second.commit, bob))).toBe('EPOCH_STALE');
    const other = await TestChannel.create('ann 1', undefined, groupName('elsewhere'));
    const elsewhere = await other.devices[0]!.commit([]);
    expect(await codeOf(() => cid.process(elsewhere.commit, ann))).toBe('INVALID_COMMIT');
    expect(await codeOf(() => cid.process(new Uint8Array(262_145), ann))).toBe('TOO_LARGE');
    expect(await codeOf(() => bob.process(new Uint8Array(3), ann))).toBe('MALFORMED');
  });
});

/** What `planCommit` says to a Commit of a member that was changed after it was signed. */
async function planned(
  by: TestDevice,
  change: (commit: Commit) => Commit,
  made?: { readonly commit: Uint8Array },
  code = 'INVALID_COMMIT',
): Promise<string> {
  const { commit } = made ?? (await by.commit([]));
  const { publicMessage } = fromWire(commit, 'mls_public_message', 20_000);
  const { content } = publicMessage;
  if (content.contentType !== 'commit') throw new Error('not a Commit');
  const changed = { ...publicMessage, content: { ...content, commit: change(content.commit) } };
  try {
    const group = { tenantId: TENANT, now: NOW, pskNonceLength: 32 };
    planCommit(changed, decodeEpoch(by.state!.epoch).ratchetTree, group);
    return 'fine';
  } catch (error) {
    expect(error).toMatchObject({ code });
    return String(error);
  }
}

describe('a change that cannot be made', () => {
  it('is refused', async () => {
    const { channel, ann, bob } = await three();
    const stranger = await channel.device('eve 1');
    expect(await codeOf(() => ann.commit([bob]))).toBe('INVALID_COMMIT');
    expect(await codeOf(() => ann.commit([], [stranger]))).toBe('INVALID_COMMIT');
    expect(await codeOf(() => ann.commit([], [ann]))).toBe('INVALID_COMMIT');
    expect(await codeOf(() => ann.commit([], [bob, bob]))).toBe('INVALID_COMMIT');
    expect(describeGroup(ann.state!)).toMatchObject({ ...groupName(), epoch: 1 });
  });
});
