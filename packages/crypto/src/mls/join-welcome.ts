import { CHANNEL_LIMITS, SealError, type Bytes } from '@seal-chat/protocol';
import { joinGroup } from 'ts-mls/clientState.js';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { emptyPskIndex } from 'ts-mls/pskIndex.js';
import { decryptGroupInfo, decryptGroupSecrets, type Welcome } from 'ts-mls/welcome.js';
import { libraryConfig } from './config.ts';
import { describeEpoch } from './describe.ts';
import { enterEpoch } from './enter.ts';
import { cachedEpoch } from './epoch.ts';
import { guarded } from './failures.ts';
import { checkGroupContext, treeOf } from './group-info.ts';
import { openPrivateKeyPackage, shortRef } from './key-package.ts';
import { withLazySecretTree } from './lazy-secret-tree.ts';
import { leavesOf } from './leaves.ts';
import { checkLifetimeShape } from './lifetimes.ts';
import { cipherSuite } from './provider/provider.ts';
import { suiteNamed } from './provider/suites.ts';
import { checkUnique } from './successors.ts';
import type { Authenticate, GroupDescription, GroupName, GroupState, MlsDeps, MlsIdentity } from './types.ts';
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
  const { identity, group, authenticate } = input;
  const { welcome } = fromWire(input.welcome, 'mls_welcome', CHANNEL_LIMITS.welcome);
  const { ref, privateBytes } = await findOwn(welcome, input.findKeyPackage);
  const { keyPackage, privateKeys } = openPrivateKeyPackage(privateBytes);
  if (keyPackage.cipherSuite !== welcome.cipherSuite)
    throw new SealError('MALFORMED', 'mls: a Welcome of another ciphersuite');
  const { suite, takeEncryptionSecret } = withLazySecretTree(
    await cipherSuite(deps, suiteNamed(keyPackage.cipherSuite).id, null),
  );
  return guarded('MALFORMED', async () => {
    const fullRef = await makeKeyPackageRef(keyPackage, suite.hash);
    await checkInside(welcome, fullRef, privateKeys.initPrivateKey, suite, { group, now: deps.now });
    const config = libraryConfig(identity.tenantId, authenticate);
    const state = await joinGroup(welcome, keyPackage, privateKeys, emptyPskIndex, suite, undefined, undefined, config);
    const entered = enterEpoch(deps, state, takeEncryptionSecret());
    privateKeys.initPrivateKey.fill(0);
    return { state: entered, ref, description: describeEpoch(cachedEpoch(entered.epoch)) };
  });
}

async function findOwn({ secrets }: Welcome, find: FindKeyPackage) {
  for (const { newMember } of secrets) {
    const ref = shortRef(newMember);
    const privateBytes = await find(ref);
    if (privateBytes !== null) return { ref, privateBytes };
  }
  throw new SealError('UNKNOWN_PREKEY', 'mls: a Welcome to none of this device');
}

/** What is inside, before the library spends time on a tree that anybody may have made. */
async function checkInside(
  welcome: Welcome,
  ref: Uint8Array,
  initKey: Uint8Array,
  suite: CiphersuiteImpl,
  { group, now }: { readonly group: GroupName; readonly now: number },
): Promise<void> {
  const initPrivateKey = await suite.hpke.importPrivateKey(initKey);
  const secrets = await decryptGroupSecrets(initPrivateKey, ref, welcome, suite.hpke);
  if (secrets === undefined || secrets.psks.length > 0) throw new SealError('MALFORMED', 'mls: not a Welcome of ours');
  const groupInfo = await decryptGroupInfo(welcome, secrets.joinerSecret, new Uint8Array(suite.kdf.size), suite);
  if (groupInfo === undefined) throw new SealError('MALFORMED', 'mls: a Welcome without a GroupInfo');
  checkGroupContext(groupInfo.groupContext, group);
  const tree = treeOf(groupInfo);
  const leaves = leavesOf(tree, group.tenantId);
  checkUnique(tree, leaves);
  for (const { node } of leaves) checkLifetimeShape(node, now);
}
