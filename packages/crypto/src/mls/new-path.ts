import { wipe } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import { deriveSecret } from 'ts-mls/crypto/kdf.js';
import type { GroupContext } from 'ts-mls/groupContext.js';
import { getCommitSecret, pathToPathSecrets } from 'ts-mls/pathSecrets.js';
import { toPrivateKeyPath, updateLeafKey, type PrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { toNodeIndex, type LeafIndex, type NodeIndex } from 'ts-mls/treemath.js';
import { createUpdatePath, type PathSecret, type UpdatePath } from 'ts-mls/updatePath.js';

/** Fresh keys from a leaf to the root (RFC 9420 §7.4, §7.5). */
export interface NewPath {
  readonly tree: RatchetTree;
  readonly path: UpdatePath;
  readonly pathSecrets: PathSecret[];
  readonly privatePath: PrivateKeyPath;
  readonly commitSecret: Uint8Array;
}

/**
 * Renews the path of a leaf of `tree`. `exclude` are nodes that get their secret by a Welcome instead.
 *
 * The library takes zeros for the commit secret of a path without parents. That is the path of a device that removes
 * the last other member, who could then compute the keys that come after: here it is derived as §7.4 says.
 */
export async function newPath(
  tree: RatchetTree,
  input: {
    readonly leafIndex: LeafIndex;
    readonly groupContext: GroupContext;
    readonly suite: CiphersuiteImpl;
    readonly exclude: NodeIndex[];
  },
): Promise<NewPath> {
  const { leafIndex, groupContext, suite, exclude } = input;
  const leafSecret = suite.rng.randomBytes(suite.kdf.size);
  const [updated, path, pathSecrets, leafKey] = await createUpdatePath(
    tree,
    leafIndex,
    groupContext,
    new Uint8Array(0),
    { ...suite, rng: { randomBytes: () => leafSecret } },
    exclude,
  );
  const last = pathSecrets.at(-1);
  const commitSecret =
    last === undefined
      ? await deriveSecret(leafSecret, 'path', suite.kdf)
      : await getCommitSecret(updated, toNodeIndex(last.nodeIndex), last.secret, suite.kdf);
  wipe(leafSecret);
  const parents = await toPrivateKeyPath(pathToPathSecrets(pathSecrets), leafIndex, suite);
  const privatePath = updateLeafKey(parents, await suite.hpke.exportPrivateKey(leafKey));
  return { tree: updated, path, pathSecrets, privatePath, commitSecret };
}
