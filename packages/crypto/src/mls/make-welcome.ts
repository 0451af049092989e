import type { Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { GroupInfo } from 'ts-mls/groupInfo.js';
import { makeKeyPackageRef, type KeyPackage } from 'ts-mls/keyPackage.js';
import type { EpochSecrets } from 'ts-mls/keySchedule.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import type { LeafIndex } from 'ts-mls/treemath.js';
import { firstCommonAncestor, type PathSecret } from 'ts-mls/updatePath.js';
import { encryptGroupInfo, encryptGroupSecrets, type EncryptedGroupSecrets } from 'ts-mls/welcome.js';
import { toWire } from './wire.ts';

/** Makes the Welcome for every device that a Commit adds (RFC 9420 §12.4.3.1). */
export async function makeWelcome(input: {
  readonly groupInfo: GroupInfo;
  readonly secrets: EpochSecrets;
  readonly tree: RatchetTree;
  readonly committer: LeafIndex;
  readonly pathSecrets: readonly PathSecret[];
  readonly added: readonly (readonly [LeafIndex, KeyPackage])[];
  readonly suite: CiphersuiteImpl;
}): Promise<Bytes> {
  const { groupInfo, secrets, tree, committer, pathSecrets, added, suite } = input;
  const { joinerSecret, welcomeSecret } = secrets;
  const encryptedGroupInfo = await encryptGroupInfo(groupInfo, welcomeSecret, suite);

  async function secretsFor([leaf, keyPackage]: readonly [LeafIndex, KeyPackage]): Promise<EncryptedGroupSecrets> {
    const ancestor = pathSecrets.length === 0 ? null : firstCommonAncestor(tree, leaf, committer);
    const pathSecret = pathSecrets.find(({ nodeIndex }) => nodeIndex === ancestor)?.secret;
    const { ct, enc } = await encryptGroupSecrets(
      await suite.hpke.importPublicKey(keyPackage.initKey),
      encryptedGroupInfo,
      { joinerSecret, pathSecret, psks: [] },
      suite.hpke,
    );
    return {
      newMember: await makeKeyPackageRef(keyPackage, suite.hash),
      encryptedGroupSecrets: { kemOutput: enc, ciphertext: ct },
    };
  }

  const entries = await Promise.all(added.map(secretsFor));
  return toWire({
    wireformat: 'mls_welcome',
    welcome: { cipherSuite: groupInfo.groupContext.cipherSuite, secrets: entries, encryptedGroupInfo },
  });
}
