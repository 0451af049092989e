import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { RatchetTree } from 'ts-mls/ratchetTree.js';
import { beforeAll, expect, it } from 'vitest';
import { depsFor } from '../../test/mls.ts';
import { checkPrivatePath } from './private-path.ts';
import { cipherSuite } from './provider/provider.ts';

let suite: CiphersuiteImpl;
let pairs: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }[];

beforeAll(async () => {
  suite = await cipherSuite(depsFor('private path'), 3, null);
  pairs = [];
  for (let i = 0; i < 3; i++) {
    const { publicKey, privateKey } = await suite.hpke.generateKeyPair();
    pairs.push({
      publicKey: await suite.hpke.exportPublicKey(publicKey),
      privateKey: await suite.hpke.exportPrivateKey(privateKey),
    });
  }
});

/** A tree of two leaves with these keys at 0 and at its root; blank where there is none. */
const treeOf = (leaf: number, top: number | null): RatchetTree => [
  { nodeType: 'leaf', leaf: { hpkePublicKey: pairs[leaf]!.publicKey } } as RatchetTree[number],
  top === null
    ? undefined
    : {
        nodeType: 'parent',
        parent: { hpkePublicKey: pairs[top]!.publicKey, parentHash: new Uint8Array(0), unmergedLeaves: [] },
      },
  undefined,
];
const path = (leaf: number, top: number) => ({
  leafIndex: 0,
  privateKeys: { 0: pairs[leaf]!.privateKey, 1: pairs[top]!.privateKey },
});
const wrong = expect.objectContaining({ code: 'MALFORMED', message: expect.stringContaining('path secret') });

it('private keys are those of the nodes of the tree, each of them', async () => {
  await checkPrivatePath(path(0, 1), treeOf(0, 1), suite);
  await expect(checkPrivatePath(path(0, 1), treeOf(0, 2), suite)).rejects.toEqual(wrong);
  await expect(checkPrivatePath(path(0, 1), treeOf(2, 1), suite)).rejects.toEqual(wrong);
});

it('a private key of a blank node is of no use, and is no fault', async () => {
  await expect(checkPrivatePath(path(0, 1), treeOf(0, null), suite)).resolves.toBeUndefined();
});

it('a key that was checked before is not checked again, and one that took its place is', async () => {
  const known = { 0: pairs[0]!.privateKey, 1: pairs[2]!.privateKey };
  await expect(checkPrivatePath(path(0, 1), treeOf(2, 2), suite, known)).rejects.toEqual(wrong);
  await checkPrivatePath(path(0, 1), treeOf(2, 1), suite, known);
});
