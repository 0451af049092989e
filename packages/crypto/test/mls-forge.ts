import { encode, type Bytes, type KemPublicKey } from '@seal-chat/protocol';
import { createCommit as libraryCommit, type CreateCommitOptions } from 'ts-mls/createCommit.js';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { makeKeyPackageRef, type KeyPackage } from 'ts-mls/keyPackage.js';
import type { PreSharedKeyID } from 'ts-mls/presharedkey.js';
import type { Proposal } from 'ts-mls/proposal.js';
import type { LeafNode } from 'ts-mls/leafNode.js';
import { libraryConfig } from '../src/mls/config.ts';
import { doorPskId, welcomePsk } from '../src/mls/door-psks.ts';
import { decodeEpoch, toLibrary } from '../src/mls/epoch.ts';
import { publishedCodec } from '../src/mls/key-package-codecs.ts';
import { cipherSuite } from '../src/mls/provider/provider.ts';
import { decodePublished, type PublishedKeyPackage } from '../src/mls/published-key-package.ts';
import { encodeWelcome, sealPsk } from '../src/mls/welcome-door.ts';
import { toWire } from '../src/mls/wire.ts';
import { TENANT, type TestDevice } from './mls.ts';

/** A KeyPackage of any content, as it would be published. */
export function encodePublished({ doorKey, keyPackage }: PublishedKeyPackage): Bytes {
  return encode(publishedCodec, { doorKey, message: toWire({ wireformat: 'mls_key_package', keyPackage }) });
}

/** A PSK of a Commit: how it is named, and what its maker takes for it. */
export interface ForgedPsk {
  readonly id: PreSharedKeyID;
  readonly psk: Bytes;
}

interface Forgery {
  readonly proposals?: Proposal[];
  /** Published KeyPackages of devices to add. */
  readonly adds?: readonly Uint8Array[];
  /** The PSKs of the Commit, made of the one that it should have when it adds devices. */
  readonly psks?: (honest: ForgedPsk) => readonly ForgedPsk[];
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
  const packages = (change.adds ?? []).map(decodePublished);
  const psks = packages.length > 0 || change.psks !== undefined ? await psksOf(by, change) : [];
  const proposals: Proposal[] = [
    ...(change.proposals ?? []),
    ...packages.map(({ keyPackage }): Proposal => ({ proposalType: 'add', add: { keyPackage } })),
    ...psks.map(({ id }): Proposal => ({ proposalType: 'psk', psk: { preSharedKeyId: id } })),
  ];
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
      pskIndex: { findPsk: (id) => psks.find((one) => one.id === id)?.psk ?? new Uint8Array(32) },
    },
    {
      wireAsPublicMessage: true,
      ratchetTreeExtension: true,
      extraProposals: proposals,
      ...change.options,
    },
  );
  if (welcome === undefined) return { commit: toWire(commit), welcome: null };
  const kem = await by.deps.kem();
  const [first] = psks;
  const doorFor = async ({
    keyPackage,
    doorKey,
  }: {
    readonly keyPackage: KeyPackage;
    readonly doorKey: KemPublicKey;
  }) =>
    sealPsk(kem, {
      doorKey,
      ref: await makeKeyPackageRef(keyPackage, suite.hash),
      pskId: first?.id ?? doorPskId('welcome', 0n, new Uint8Array(32)),
      psk: first?.psk ?? new Uint8Array(32),
    });
  return {
    commit: toWire(commit),
    welcome: encodeWelcome({ doors: await Promise.all(packages.map(doorFor)), welcome }),
  };
}

/** Those of an honest member unless they are changed. */
async function psksOf(by: TestDevice, { psks }: Forgery): Promise<readonly ForgedPsk[]> {
  const { groupContext, keySchedule, suite } = decodeEpoch(by.context.state.epoch);
  const id = doorPskId('welcome', groupContext.epoch, by.deps.rng(32));
  const psk = await welcomePsk(keySchedule.exporterSecret, id, await cipherSuite(by.deps, suite.id, null));
  return psks?.({ id, psk }) ?? [{ id, psk }];
}
