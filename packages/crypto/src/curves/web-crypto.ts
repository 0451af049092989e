import { SealError, concatBytes, fromBase64, fromHex, toBase64, wipe, type Bytes } from '@seal-chat/protocol';
import { expectLength } from '../expect-length.ts';
import { hasStrictEncoding } from './canonical.ts';
import type { Curves, KeyPair } from './curves.ts';
import type { Subtle } from './subtle.ts';

type CurveName = 'X25519' | 'Ed25519';

/** DER of a PKCS #8 private key up to the 32 bytes of the key (RFC 8410 §7). */
const PKCS8_PREFIX: Record<CurveName, Bytes> = {
  X25519: fromHex('302e020100300506032b656e04220420'),
  Ed25519: fromHex('302e020100300506032b657004220420'),
};
const USAGE = { X25519: 'deriveBits', Ed25519: 'sign' } as const;

/** Curve operations by WebCrypto: native and constant-time, 5 to 50 times faster than JavaScript. */
export function webCryptoCurves(subtle: Subtle): Curves {
  /** PKCS #8 is the one private format that does not ask for the public key; the export then tells it. */
  async function keyPair(name: CurveName, seed: Bytes): Promise<KeyPair> {
    expectLength('seed', seed, 32);
    const pkcs8 = concatBytes(PKCS8_PREFIX[name], seed);
    const key = await subtle.importKey('pkcs8', pkcs8, { name }, true, [USAGE[name]]);
    wipe(pkcs8);
    const { x } = await subtle.exportKey('jwk', key);
    const publicKey = x === undefined ? null : fromBase64(x);
    if (publicKey?.length !== 32) throw new SealError('UNSUPPORTED_BROWSER', `WebCrypto exports no ${name} public key`);
    return { publicKey, privateKey: Uint8Array.from(seed) };
  }

  function importPrivate(name: CurveName, { publicKey, privateKey }: KeyPair): Promise<object> {
    expectLength('public key', publicKey, 32);
    expectLength('private key', privateKey, 32);
    const jwk = { kty: 'OKP', crv: name, d: toBase64(privateKey), x: toBase64(publicKey) };
    return subtle.importKey('jwk', jwk, { name }, false, [USAGE[name]]);
  }

  return {
    dhKeyPair: (seed) => keyPair('X25519', seed),

    async rawDh(own, peerPublicKey) {
      expectLength('public key', peerPublicKey, 32);
      const [key, peer] = await Promise.all([
        importPrivate('X25519', own),
        subtle.importKey('raw', peerPublicKey, { name: 'X25519' }, false, []),
      ]);
      try {
        return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: peer }, key, 256));
      } catch (error) {
        // RFC 7748 §6.1 lets an implementation refuse an all-zero result, and WebCrypto must: say what it refused.
        if (error instanceof Error && error.name === 'OperationError') return new Uint8Array(32);
        throw error;
      }
    },

    signKeyPair: (seed) => keyPair('Ed25519', seed),

    async sign(own, message) {
      const key = await importPrivate('Ed25519', own);
      return new Uint8Array(await subtle.sign({ name: 'Ed25519' }, key, message));
    },

    async verify(publicKey, message, signature) {
      if (!hasStrictEncoding(publicKey, signature)) return false;
      try {
        const key = await subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify']);
        return await subtle.verify({ name: 'Ed25519' }, key, signature, message);
      } catch {
        return false; // a y coordinate with no point is refused at import by some engines
      }
    },
  };
}
