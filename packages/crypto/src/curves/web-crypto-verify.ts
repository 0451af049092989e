import { hasStrictEncoding } from './canonical.ts';
import type { Curves } from './curves.ts';
import { isRefusal } from './engine-errors.ts';
import { lastHandle } from './last-handle.ts';
import type { Subtle } from './subtle.ts';

const ED25519 = { name: 'Ed25519' };

/**
 * Makes strict Ed25519 verification by WebCrypto, apart from everything that takes a private key: what a server needs.
 */
export function webCryptoVerify(subtle: Pick<Subtle, 'importKey' | 'verify'>): Pick<Curves, 'verify'> {
  const keys = lastHandle((publicKey) => subtle.importKey('raw', publicKey, ED25519, false, ['verify']));

  return {
    async verify(publicKey, message, signature) {
      if (!hasStrictEncoding(publicKey, signature)) return false;
      try {
        const key = await keys.of(publicKey);
        return await subtle.verify(ED25519, key, signature, message);
      } catch (error) {
        // A y coordinate with no point is refused at import by some engines. Anything else says nothing of the signature.
        if (isRefusal(error)) return false;
        keys.forget();
        throw error;
      }
    },
  };
}
