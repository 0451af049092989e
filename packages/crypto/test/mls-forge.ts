import type { Bytes } from '@seal-chat/protocol';
import { createCommit as libraryCommit, type CreateCommitOptions } from 'ts-mls/createCommit.js';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { Proposal } from 'ts-mls/proposal.js';
import type { LeafNode } from 'ts-mls/leafNode.js';
import { libraryConfig } from '../src/mls/config.ts';
import { decodeEpoch, toLibrary } from '../src/mls/epoch.ts';
import { cipherSuite } from '../src/mls/provider/provider.ts';
import { toWire } from '../src/mls/wire.ts';
import { TENANT, type TestDevice } from './mls.ts';

interface Forgery {
  readonly proposals?: Proposal[];
  readonly options?: CreateCommitOptions;
  /** Made of the committer's leaf before it is renewed. */
  readonly leaf?: (leaf: LeafNode) => LeafNode;
  readonly suite?: (suite: CiphersuiteImpl) => CiphersuiteImpl;
}

/** What a member with a client of its own making could send: Commits by the bare library. */
export async function forgeCommit(by: TestDevice, change: Forgery): Promise<Bytes> {
  return (await forge(by, change)).commit;
}

/** As `forgeCommit`, with the Welcome to it. */
export async function forge(
  by: TestDevice,
  change: Forgery,
): Promise<{ readonly commit: Bytes; readonly welcome: Bytes | null }> {
  const epoch = decodeEpoch(by.context.state.epoch);
  const suite = await cipherSuite(by.deps, epoch.suite.id, by.identity.signKey);
  const ratchetTree = epoch.ratchetTree.slice();
  const own = 2 * epoch.privatePath.leafIndex;
  const node = ratchetTree[own];
  if (node?.nodeType !== 'leaf') throw new Error('no leaf of its own');
  if (change.leaf !== undefined) ratchetTree[own] = { nodeType: 'leaf', leaf: change.leaf(node.leaf) };
  const { commit, welcome } = await libraryCommit(
    {
      state: {
        ...toLibrary(
          epoch,
          libraryConfig(TENANT, () => true),
        ),
        ratchetTree,
      },
      cipherSuite: change.suite?.(suite) ?? suite,
      pskIndex: { findPsk: () => new Uint8Array(32) },
    },
    {
      wireAsPublicMessage: true,
      ratchetTreeExtension: true,
      extraProposals: change.proposals ?? [],
      ...change.options,
    },
  );
  return {
    commit: toWire(commit),
    welcome: welcome === undefined ? null : toWire({ wireformat: 'mls_welcome', welcome }),
  };
}
