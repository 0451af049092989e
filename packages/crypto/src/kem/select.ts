import { asKey, constantTimeEqual, toHex } from '@seal-chat/protocol';
import { sha256 } from '../kdf.ts';
import type { KemSeed } from '../keys.ts';
import { loadPart } from '../load-part.ts';
import type { Rng } from '../rng.ts';
import type { Kem } from './kem.ts';
import { webCryptoKem, type KemSubtle } from './web-crypto.ts';

/** SHA-256 of the encapsulation key of the seed 00 01 .. 3f; the vector tests check it with a second implementation. */
const KNOWN_PUBLIC_KEY_HASH = '0b7934c83125c788995e2ba6bd761e33046b3e40571be53e023309a29f398cc9';

/**
 * Selects WebCrypto's ML-KEM-768 where it passes a known-answer test and a round trip, else the JavaScript one, which
 * only then is downloaded. Call it once.
 * @param subtle `globalThis.crypto.subtle`, whatever it can do; `undefined` on pages without TLS.
 * @throws SealError OFFLINE when the JavaScript one cannot be downloaded: call it again
 */
export async function selectKem(subtle: object | undefined, rng: Rng): Promise<Kem> {
  if (subtle !== undefined && hasKemMethods(subtle)) {
    const native = webCryptoKem(subtle);
    if (await passes(native)) return native;
  }
  const { nobleKem } = await loadPart(() => import('./noble.ts'));
  return nobleKem(rng);
}

/** Tells whether this WebCrypto claims to have a KEM. */
export function hasKemMethods(subtle: object): subtle is KemSubtle {
  return 'encapsulateBits' in subtle && 'decapsulateBits' in subtle && 'getPublicKey' in subtle;
}

async function passes(kem: Kem): Promise<boolean> {
  try {
    const seed = asKey<KemSeed>(Uint8Array.from({ length: 64 }, (_, i) => i));
    const publicKey = await kem.publicKey(seed);
    if (toHex(sha256(publicKey)) !== KNOWN_PUBLIC_KEY_HASH) return false;
    const { sharedSecret, ciphertext } = await kem.encapsulate(publicKey);
    return constantTimeEqual(sharedSecret, await kem.decapsulate(seed, ciphertext));
  } catch {
    return false;
  }
}
