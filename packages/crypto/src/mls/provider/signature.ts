import { SealError, asKey } from '@seal-chat/protocol';
import type { Signature } from 'ts-mls/crypto/signature.js';
import type { Curves } from '../../curves/curves.ts';
import type { SignKeyPair } from '../../keys.ts';

/**
 * Makes strict Ed25519 for `ts-mls`. It signs with `signKey` whatever key the library hands in: the library is given no
 * private key at all, so that none gets into its states.
 */
export function ed25519(curves: Curves, signKey: SignKeyPair | null): Signature {
  return {
    async sign(_key, message) {
      if (signKey === null) throw new SealError('INTERNAL', 'mls: no signing key was given');
      return curves.sign(signKey, Uint8Array.from(message));
    },
    verify: async (publicKey, message, signature) =>
      curves.verify(asKey(Uint8Array.from(publicKey)), Uint8Array.from(message), Uint8Array.from(signature)),
    async keygen() {
      throw new SealError('INTERNAL', 'mls: signing keys are not made by the library');
    },
  };
}
