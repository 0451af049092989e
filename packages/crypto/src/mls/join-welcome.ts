import { CHANNEL_LIMITS, SealError, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { verifyGroupInfoConfirmationTag, type GroupInfo } from 'ts-mls/groupInfo.js';
import type { GroupSecrets } from 'ts-mls/groupSecrets.js';
import { makeKeyPackageRef, type KeyPackage, type PrivateKeyPackage } from 'ts-mls/keyPackage.js';
import { deriveKeySchedule } from 'ts-mls/keySchedule.js';
import { pathToRoot } from 'ts-mls/pathSecrets.js';
import { mergePrivateKeyPaths, toPrivateKeyPath, type PrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { findLeafIndex, type RatchetTree } from 'ts-mls/ratchetTree.js';
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { firstCommonAncestor } from 'ts-mls/updatePath.js';
import { decryptGroupInfo, decryptGroupSecrets, type Welcome } from 'ts-mls/welcome.js';
import { describeEpoch } from './describe.ts';
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
import { fromWire } from './wire.ts';

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
  const { welcome } = fromWire(input.welcome, 'mls_welcome', CHANNEL_LIMITS.welcome);
  const { ref, privateBytes } = await findOwn(welcome, input.findKeyPackage);
  const { keyPackage, privateKeys } = openPrivateKeyPackage(privateBytes);
  if (keyPackage.cipherSuite !== welcome.cipherSuite)
    throw new SealError('MALFORMED', 'mls: Welcome has another ciphersuite');
  const { id, ...suiteParts } = suiteNamed(keyPackage.cipherSuite);
  const suite = await cipherSuite(deps, id, null);
  const { hash } = await messageCrypto(suiteParts);
  return guarded('MALFORMED', async () => {
    const opened = await open(welcome, keyPackage, privateKeys, suite);
    const { groupInfo, groupSecrets, pskSecret } = opened;
    const { groupContext } = groupInfo;
    checkGroupContext(groupContext, group);
    if (groupContext.cipherSuite !== keyPackage.cipherSuite)
      throw new SealError('MALFORMED', 'mls: the group has another ciphersuite');
    const tree = treeOf(groupInfo);
    await checkGroupInfoSignature(groupInfo, tree, suite);
    await validateTree({ tree, groupContext, group, suite, hash, authenticate, now: deps.now });
    const privatePath = await privatePathOf(opened, tree, { keyPackage, privateKeys }, suite);
    const { joinerSecret } = groupSecrets;
    const [keySchedule, encryptionSecret] = await deriveKeySchedule(joinerSecret, pskSecret, groupContext, suite.kdf);
    if (!(await verifyGroupInfoConfirmationTag(groupInfo, joinerSecret, pskSecret, suite)))
      throw new SealError('MALFORMED', 'mls: Welcome leads to a state that its members do not share');
    joinerSecret.fill(0);
    groupSecrets.pathSecret?.fill(0);
    privateKeys.initPrivateKey.fill(0);
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
  readonly pskSecret: Uint8Array;
}

async function open(
  welcome: Welcome,
  keyPackage: KeyPackage,
  { initPrivateKey }: PrivateKeyPackage,
  suite: CiphersuiteImpl,
): Promise<OpenedWelcome> {
  const ref = await makeKeyPackageRef(keyPackage, suite.hash);
  const initKey = await suite.hpke.importPrivateKey(initPrivateKey);
  const groupSecrets = await decryptGroupSecrets(initKey, ref, welcome, suite.hpke);
  if (groupSecrets === undefined || groupSecrets.psks.length > 0)
    throw new SealError('MALFORMED', 'mls: Welcome is not of the form Seal makes');
  const pskSecret = new Uint8Array(suite.kdf.size); // §8.4: that of no PSKs
  const groupInfo = await decryptGroupInfo(welcome, groupSecrets.joinerSecret, pskSecret, suite);
  if (groupInfo === undefined) throw new SealError('MALFORMED', 'mls: Welcome has no GroupInfo');
  return { groupSecrets, groupInfo, pskSecret };
}

/** The private keys above this device's leaf, checked against the tree. */
async function privatePathOf(
  { groupSecrets, groupInfo }: OpenedWelcome,
  tree: RatchetTree,
  own: { readonly keyPackage: KeyPackage; readonly privateKeys: PrivateKeyPackage },
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
