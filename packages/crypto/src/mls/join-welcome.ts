import { SealError, constantTimeEqual, wipe, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { verifyGroupInfoConfirmationTag, type GroupInfo } from 'ts-mls/groupInfo.js';
import type { GroupSecrets } from 'ts-mls/groupSecrets.js';
import { makeKeyPackageRef, type KeyPackage, type PrivateKeyPackage } from 'ts-mls/keyPackage.js';
import { deriveKeySchedule } from 'ts-mls/keySchedule.js';
import { pathToRoot } from 'ts-mls/pathSecrets.js';
import { computePskSecret, type PreSharedKeyID } from 'ts-mls/presharedkey.js';
import { mergePrivateKeyPaths, toPrivateKeyPath, type PrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { findLeafIndex, type RatchetTree } from 'ts-mls/ratchetTree.js';
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { firstCommonAncestor } from 'ts-mls/updatePath.js';
import { decryptGroupInfo, decryptGroupSecrets, type Welcome } from 'ts-mls/welcome.js';
import type { KemSeed } from '../keys.ts';
import { describeEpoch } from './describe.ts';
import { isDoorPskId } from './door-psks.ts';
import { enterEpoch } from './enter.ts';
import { cachedEpoch } from './epoch.ts';
import { guarded } from './failures.ts';
import { checkGroupContext, checkGroupInfoSignature, treeOf } from './group-info.ts';
import { openPrivateKeyPackage, shortRef } from './key-package.ts';
import { checkPrivatePath } from './private-path.ts';
import { cipherSuite, messageCrypto } from './provider/provider.ts';
import { suiteNamed } from './provider/suites.ts';
import type { Authenticate, GroupDescription, GroupName, GroupState, MlsDeps, MlsIdentity } from './types.ts';
import { validateTree } from './validate-tree.ts';
import { decodeWelcome, openPsk, type GuardedWelcome } from './welcome-door.ts';

/** Finds the private half of one of this device's KeyPackages. */
export type FindKeyPackage = (ref: Bytes) => Promise<Bytes | null>;

/**
 * Enters a group by a Welcome (RFC 9420 §12.4.3.1).
 *
 * @throws SealError UNKNOWN_PREKEY when none of its KeyPackages is this device's; MALFORMED when it is not a Welcome
 * to `group`; UNVERIFIED_DEVICE when a device in the group is not on its list, after which it may be tried again;
 * TOO_LARGE, UNSUPPORTED_VERSION
 */
export async function joinByWelcome(
  deps: MlsDeps,
  input: {
    readonly welcome: Uint8Array;
    readonly findKeyPackage: FindKeyPackage;
    readonly identity: MlsIdentity;
    readonly authenticate: Authenticate;
    readonly group: GroupName;
  },
): Promise<{ readonly state: GroupState; readonly ref: Bytes; readonly description: GroupDescription }> {
  const { group, authenticate } = input;
  const { welcome, doors } = decodeWelcome(input.welcome);
  const { ref, privateBytes } = await findOwn(welcome, input.findKeyPackage);
  const { keyPackage, privateKeys, doorSeed } = openPrivateKeyPackage(privateBytes);
  if (keyPackage.cipherSuite !== welcome.cipherSuite)
    throw new SealError('MALFORMED', 'mls: Welcome has another ciphersuite');
  const { id, ...suiteParts } = suiteNamed(keyPackage.cipherSuite);
  const suite = await cipherSuite(deps, id, null);
  const { hash } = await messageCrypto(suiteParts);
  return guarded('MALFORMED', async () => {
    const own = { keyPackage, privateKeys, doorSeed };
    const opened = await open(deps, { welcome, doors }, own, suite);
    const { groupInfo, groupSecrets, pskId, pskSecret } = opened;
    const { groupContext } = groupInfo;
    checkGroupContext(groupContext, group);
    const madeIn = { door: 'welcome' as const, epoch: groupContext.epoch - 1n, nonceLength: suite.kdf.size };
    if (!isDoorPskId(pskId, madeIn)) throw new SealError('MALFORMED', 'mls: Welcome has a PSK that Seal does not use');
    if (groupContext.cipherSuite !== keyPackage.cipherSuite)
      throw new SealError('MALFORMED', 'mls: the group has another ciphersuite');
    const tree = treeOf(groupInfo);
    await checkGroupInfoSignature(groupInfo, tree, suite);
    await validateTree({ tree, groupContext, group, suite, hash, authenticate, now: deps.now });
    const privatePath = await privatePathOf(opened, tree, own, suite);
    const { joinerSecret } = groupSecrets;
    const [keySchedule, encryptionSecret] = await deriveKeySchedule(joinerSecret, pskSecret, groupContext, suite.kdf);
    if (!(await verifyGroupInfoConfirmationTag(groupInfo, joinerSecret, pskSecret, suite)))
      throw new SealError('MALFORMED', 'mls: Welcome leads to a state that its members do not share');
    groupSecrets.pathSecret?.fill(0);
    wipe(joinerSecret, pskSecret, privateKeys.initPrivateKey, doorSeed);
    const { confirmationTag } = groupInfo;
    const entered = enterEpoch(
      deps,
      { groupContext, keySchedule, ratchetTree: tree, privatePath, confirmationTag },
      encryptionSecret,
    );
    return { state: entered, ref, description: describeEpoch(cachedEpoch(entered.epoch)) };
  });
}

async function findOwn({ secrets }: Welcome, find: FindKeyPackage) {
  for (const { newMember } of secrets) {
    const ref = shortRef(newMember);
    const privateBytes = await find(ref);
    if (privateBytes !== null) return { ref, privateBytes };
  }
  throw new SealError('UNKNOWN_PREKEY', 'mls: Welcome is for no KeyPackage of this device');
}

interface OpenedWelcome {
  readonly groupSecrets: GroupSecrets;
  readonly groupInfo: GroupInfo;
  readonly pskId: PreSharedKeyID;
  readonly pskSecret: Uint8Array;
}

/** What is this device's of a Welcome. */
interface Own {
  readonly keyPackage: KeyPackage;
  readonly privateKeys: PrivateKeyPackage;
  readonly doorSeed: KemSeed;
}

/** Opens both locks: that of X25519 has the joiner secret in it, that of ML-KEM the PSK. */
async function open(
  { kem }: MlsDeps,
  { welcome, doors }: GuardedWelcome,
  { keyPackage, privateKeys, doorSeed }: Own,
  suite: CiphersuiteImpl,
): Promise<OpenedWelcome> {
  const ref = await makeKeyPackageRef(keyPackage, suite.hash);
  const initKey = await suite.hpke.importPrivateKey(privateKeys.initPrivateKey);
  const groupSecrets = await decryptGroupSecrets(initKey, ref, welcome, suite.hpke);
  if (groupSecrets === undefined) throw new SealError('MALFORMED', 'mls: Welcome is not of the form Seal makes');
  const [pskId, ...others] = groupSecrets.psks;
  if (pskId === undefined || others.length > 0)
    throw new SealError('MALFORMED', 'mls: Welcome comes without the post-quantum PSK');
  const at = welcome.secrets.findIndex(({ newMember }) => constantTimeEqual(newMember, ref));
  const psk = await openPsk(await kem(), doors[at]!, { doorSeed, ref, pskId });
  const pskSecret = await computePskSecret([[pskId, psk]], suite);
  wipe(psk);
  const groupInfo = await decryptGroupInfo(welcome, groupSecrets.joinerSecret, pskSecret, suite);
  if (groupInfo === undefined) throw new SealError('MALFORMED', 'mls: Welcome has no GroupInfo');
  return { groupSecrets, groupInfo, pskId, pskSecret };
}

/** The private keys above this device's leaf, checked against the tree. */
async function privatePathOf(
  { groupSecrets, groupInfo }: OpenedWelcome,
  tree: RatchetTree,
  own: Pick<Own, 'keyPackage' | 'privateKeys'>,
  suite: CiphersuiteImpl,
): Promise<PrivateKeyPath> {
  const leafIndex = findLeafIndex(tree, own.keyPackage.leafNode);
  if (leafIndex === undefined) throw new SealError('MALFORMED', 'mls: Welcome has no leaf for this device');
  const leaf = { leafIndex, privateKeys: { [leafToNodeIndex(leafIndex)]: own.privateKeys.hpkePrivateKey } };
  if (groupSecrets.pathSecret === undefined) return leaf;
  const ancestor = firstCommonAncestor(tree, leafIndex, toLeafIndex(groupInfo.signer));
  const secrets = await pathToRoot(tree, ancestor, groupSecrets.pathSecret, suite.kdf);
  const path = await toPrivateKeyPath(secrets, leafIndex, suite);
  await checkPrivatePath(path, tree, suite);
  return mergePrivateKeyPaths(path, leaf);
}
