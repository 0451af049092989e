import type { Bytes } from '@seal-chat/protocol';
import type { Curves } from '../src/curves/curves.ts';

/** Curves that remember every secret they handed out: new private keys and Diffie-Hellman outputs. */
export function rememberSecrets(curves: Curves): { readonly curves: Curves; readonly seen: readonly Bytes[] } {
  const seen: Bytes[] = [];
  return {
    seen,
    curves: {
      ...curves,
      async newDhKeyPair(rng) {
        const pair = await curves.newDhKeyPair(rng);
        seen.push(pair.privateKey);
        return pair;
      },
      async newSignKeyPair(rng) {
        const pair = await curves.newSignKeyPair(rng);
        seen.push(pair.privateKey);
        return pair;
      },
      async rawDh(own, peerPublicKey) {
        const secret = await curves.rawDh(own, peerPublicKey);
        seen.push(secret);
        return secret;
      },
    },
  };
}
