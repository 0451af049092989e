import type { Bytes } from '@seal-chat/protocol';
import { hasStrictEncoding } from './canonical.ts';
import type { Curves } from './curves.ts';
import { isRefusal } from './engine-errors.ts';
import type { Subtle } from './subtle.ts';

const ED25519 = { name: 'Ed25519' };

/**
 * Makes strict Ed25519 verification by WebCrypto, apart from everything that takes a private key: what a server needs.
 */
export function webCryptoVerify(subtle: Pick<Subtle, 'importKey' | 'verify'>): Pick<Curves, 'verify'> {
  /** The key asked for last: the signatures of a bundle are checked one after the other under the same. */
  let last: { readonly publicKey: Bytes; readonly handle: Promise<object> } | null = null;

  function handleOf(publicKey: Bytes): Promise<object> {
    if (last?.publicKey.every((byte, i) => byte === publicKey[i])) return last.handle;
    const handle = subtle.importKey('raw', publicKey, ED25519, false, ['verify']);
    last = { publicKey: Uint8Array.from(publicKey), handle };
    return handle;
  }

  return {
    async verify(publicKey, message, signature) {
      if (!hasStrictEncoding(publicKey, signature)) return false;
      try {
        const key = await handleOf(publicKey);
        return await subtle.verify(ED25519, key, signature, message);
      } catch (error) {
        // A y coordinate with no point is refused at import by some engines. Anything else says nothing of the signature.
        if (isRefusal(error)) return false;
        last = null;
        throw error;
      }
    },
  };
}
