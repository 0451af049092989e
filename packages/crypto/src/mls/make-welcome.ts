import type { Bytes, KemPublicKey } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { GroupInfo } from 'ts-mls/groupInfo.js';
import { makeKeyPackageRef, type KeyPackage } from 'ts-mls/keyPackage.js';
import type { EpochSecrets } from 'ts-mls/keySchedule.js';
import type { PreSharedKeyID } from 'ts-mls/presharedkey.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import type { LeafIndex } from 'ts-mls/treemath.js';
import { firstCommonAncestor, type PathSecret } from 'ts-mls/updatePath.js';
import { encryptGroupInfo, encryptGroupSecrets, type EncryptedGroupSecrets } from 'ts-mls/welcome.js';
import type { Kem } from '../kem/kem.ts';
import { encodeWelcome, sealPsk, type WelcomeDoor } from './welcome-door.ts';

/** Makes the Welcome for every device that a Commit adds (RFC 9420 §12.4.3.1). */
export async function makeWelcome(input: {
  readonly groupInfo: GroupInfo;
  readonly secrets: EpochSecrets;
  readonly tree: RatchetTree;
  readonly committer: LeafIndex;
  readonly pathSecrets: readonly PathSecret[];
  readonly added: readonly (readonly [LeafIndex, KeyPackage])[];
  /** ML-KEM keys of those devices, in the same order. */
  readonly doorKeys: readonly KemPublicKey[];
  readonly pskId: PreSharedKeyID;
  readonly psk: Bytes;
  readonly kem: Kem;
  readonly suite: CiphersuiteImpl;
}): Promise<Bytes> {
  const { groupInfo, secrets, tree, committer, pathSecrets, added, doorKeys, pskId, psk, kem, suite } = input;
  const { joinerSecret, welcomeSecret } = secrets;
  const encryptedGroupInfo = await encryptGroupInfo(groupInfo, welcomeSecret, suite);

  async function entryFor(
    [leaf, keyPackage]: readonly [LeafIndex, KeyPackage],
    i: number,
  ): Promise<{ readonly entry: EncryptedGroupSecrets; readonly door: WelcomeDoor }> {
    const ancestor = pathSecrets.length === 0 ? null : firstCommonAncestor(tree, leaf, committer);
    const pathSecret = pathSecrets.find(({ nodeIndex }) => nodeIndex === ancestor)?.secret;
    const { ct, enc } = await encryptGroupSecrets(
      await suite.hpke.importPublicKey(keyPackage.initKey),
      encryptedGroupInfo,
      { joinerSecret, pathSecret, psks: [pskId] },
      suite.hpke,
    );
    const ref = await makeKeyPackageRef(keyPackage, suite.hash);
    return {
      entry: { newMember: ref, encryptedGroupSecrets: { kemOutput: enc, ciphertext: ct } },
      door: await sealPsk(kem, { doorKey: doorKeys[i]!, ref, pskId, psk }),
    };
  }

  const entries = await Promise.all(added.map(entryFor));
  return encodeWelcome({
    doors: entries.map(({ door }) => door),
    welcome: {
      cipherSuite: groupInfo.groupContext.cipherSuite,
      secrets: entries.map(({ entry }) => entry),
      encryptedGroupInfo,
    },
  });
}
