import { utf8, wipe, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';

/** Labels whose only use is in the secret tree, which the library derives whole at each epoch (RFC 9420 §9). */
const SECRET_TREE_LABELS = ['tree', 'application', 'handshake'];
const ENCRYPTION_LABEL = 'encryption';
const LABEL_AT = 3; // after a 2-byte length and the label's own length
const PREFIX_LENGTH = 'MLS 1.0 '.length;

/**
 * Makes a ciphersuite that hands out the `encryption_secret` of the epoch it is used to enter, and spares the library
 * the secret tree that grows from it: three derivations for every node, most of which are never needed. secret-tree.ts
 * derives what is used, when it is used.
 */
export function withLazySecretTree(suite: CiphersuiteImpl): {
  readonly suite: CiphersuiteImpl;
  /** Once. The caller wipes it. */
  readonly takeEncryptionSecret: () => Bytes;
} {
  let encryptionSecret: Bytes | null = null;
  const nothing = new Uint8Array(suite.kdf.size);
  return {
    suite: {
      ...suite,
      kdf: {
        ...suite.kdf,
        async expand(secret, info, length) {
          const label = labelOf(info);
          if (SECRET_TREE_LABELS.some((name) => equals(label, name))) return nothing;
          const output = await suite.kdf.expand(secret, info, length);
          if (equals(label, ENCRYPTION_LABEL)) {
            if (encryptionSecret !== null) wipe(encryptionSecret);
            encryptionSecret = Uint8Array.from(output);
          }
          return output;
        },
      },
    },
    takeEncryptionSecret() {
      const taken = encryptionSecret;
      if (taken === null) throw new Error('no epoch was entered');
      encryptionSecret = null;
      return taken;
    },
  };
}

/** The label in the info of an ExpandWithLabel (§8), without its prefix. */
function labelOf(info: Uint8Array): Uint8Array {
  return info.subarray(LABEL_AT + PREFIX_LENGTH, LABEL_AT + info[2]!);
}

function equals(label: Uint8Array, name: string): boolean {
  const expected = utf8(name);
  return label.length === expected.length && label.every((byte, i) => byte === expected[i]);
}
