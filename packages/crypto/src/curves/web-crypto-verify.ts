import { hasStrictEncoding } from './canonical.ts';
import type { Curves } from './curves.ts';
import type { Subtle } from './subtle.ts';

const ED25519 = { name: 'Ed25519' };

/** Strict Ed25519 verification by WebCrypto, apart from everything that takes a private key: what a server needs. */
export function webCryptoVerify(subtle: Pick<Subtle, 'importKey' | 'verify'>): Pick<Curves, 'verify'> {
  return {
    async verify(publicKey, message, signature) {
      if (!hasStrictEncoding(publicKey, signature)) return false;
      try {
        const key = await subtle.importKey('raw', publicKey, ED25519, false, ['verify']);
        return await subtle.verify(ED25519, key, signature, message);
      } catch {
        return false; // a y coordinate with no point is refused at import by some engines
      }
    },
  };
}
