import { SealError, constantTimeEqual } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { PrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { getHpkePublicKey, type RatchetTree } from 'ts-mls/ratchetTree.js';
import { publicKeyOf } from './provider/provider.ts';

/**
 * Checks that the private keys a device has derived are those of the tree's public ones (RFC 9420 §12.4.2, §12.4.3.1:
 * the library leaves it out). Otherwise a committer could put keys of its own into the trees of all others.
 *
 * @param known the keys it had before, which were checked then
 * @throws SealError MALFORMED
 */
export async function checkPrivatePath(
  { privateKeys }: PrivateKeyPath,
  tree: RatchetTree,
  suite: CiphersuiteImpl,
  known: PrivateKeyPath['privateKeys'] = {},
): Promise<void> {
  for (const [index, key] of Object.entries(privateKeys)) {
    const node = tree[Number(index)];
    if (node === undefined || known[Number(index)] === key) continue; // blank: a key of no use
    if (!constantTimeEqual(await publicKeyOf(key, suite), getHpkePublicKey(node)))
      throw new SealError('MALFORMED', 'mls: the path secret does not match the tree');
  }
}
