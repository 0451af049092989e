import { SealError, asKey, concatBytes, fromHex, wipe, type Bytes, type DhPublicKey } from '@seal-chat/protocol';
import { expectLength } from '../expect-length.ts';
import type { DhKeyPair, DhOutput, DhPrivateKey, SignKeyPair } from '../keys.ts';
import { loadPart } from '../load-part.ts';
import { isSmallOrderDhKey } from './canonical.ts';
import type { Curves } from './curves.ts';
import { isRefusal } from './engine-errors.ts';
import { lastHandle } from './last-handle.ts';
import type { Subtle } from './subtle.ts';
import { webCryptoVerify } from './web-crypto-verify.ts';

const X25519 = { name: 'X25519' };
const ED25519 = { name: 'Ed25519' };

/** DER of a PKCS #8 private key up to the 32 bytes of the key (RFC 8410 §7). */
const PKCS8_X25519: Bytes = fromHex('302e020100300506032b656e04220420');
const PKCS8_ED25519: Bytes = fromHex('302e020100300506032b657004220420');
const PKCS8_LENGTH = 48;

/** u = 9 (RFC 7748 §4.1). */
const BASE_POINT: DhPublicKey = asKey(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0)));

/**
 * Makes the curve operations by WebCrypto: native and constant-time, 5 to 50 times faster than JavaScript. Private keys
 * go in and out as PKCS #8 bytes: the other format, JWK, would put them into strings, which cannot be overwritten.
 */
export function webCryptoCurves(subtle: Subtle): Curves {
  /** Importing a private key costs more than using it, up to 0.4 ms in Node. */
  const handles = new WeakMap<DhKeyPair | SignKeyPair, Promise<object>>();

  function privateHandle(
    own: DhKeyPair | SignKeyPair,
    prefix: Bytes,
    algorithm: { name: string },
    usage: 'deriveBits' | 'sign',
  ): Promise<object> {
    const known = handles.get(own);
    if (known !== undefined) return known;
    expectLength('private key', own.privateKey, 32);
    const pkcs8 = concatBytes(prefix, own.privateKey);
    const handle = subtle.importKey('pkcs8', pkcs8, algorithm, false, [usage]).finally(() => wipe(pkcs8));
    handles.set(own, handle);
    // Private keys are ours: an engine that fails to import one may succeed the next time.
    handle.catch(() => handles.delete(own));
    return handle;
  }

  const peers = lastHandle((publicKey) => subtle.importKey('raw', publicKey, X25519, false, []));

  async function rawDh(own: DhKeyPair, peerPublicKey: DhPublicKey): Promise<DhOutput> {
    expectLength('public key', peerPublicKey, 32);
    try {
      const [key, peer] = await Promise.all([
        privateHandle(own, PKCS8_X25519, X25519, 'deriveBits'),
        peers.of(peerPublicKey),
      ]);
      return asKey(new Uint8Array(await subtle.deriveBits({ ...X25519, public: peer }, key, 256)));
    } catch (error) {
      // WebCrypto must refuse an all-zero result, as RFC 7748 §6.1 allows: say what it refused. The same errors also
      // stand for an engine that has failed, so that the key decides.
      if (isRefusal(error) && isSmallOrderDhKey(peerPublicKey)) return asKey(new Uint8Array(32));
      peers.forget();
      throw error;
    }
  }

  /** Generates a pair in the engine: both halves as 32 bytes, and the private one as the engine's own object. */
  async function generate(
    algorithm: { name: string },
    usages: ('deriveBits' | 'sign' | 'verify')[],
    prefix: Bytes,
  ): Promise<{ readonly publicKey: Bytes; readonly privateKey: Bytes; readonly handle: object }> {
    const pair = await withRetries(() => subtle.generateKey(algorithm, true, usages));
    if (!('privateKey' in pair))
      throw new SealError('UNSUPPORTED_BROWSER', `WebCrypto made no ${algorithm.name} key pair`);
    const [publicKey, exported] = await Promise.all([
      subtle.exportKey('raw', pair.publicKey),
      subtle.exportKey('pkcs8', pair.privateKey),
    ]);
    const pkcs8 = new Uint8Array(exported);
    expectLength('PKCS #8 export', pkcs8, PKCS8_LENGTH);
    const privateKey = pkcs8.slice(prefix.length);
    wipe(pkcs8);
    return { publicKey: new Uint8Array(publicKey), privateKey, handle: pair.privateKey };
  }

  return {
    async dhKeyPair(seed) {
      expectLength('seed', seed, 32);
      const privateKey = asKey<DhPrivateKey>(Uint8Array.from(seed));
      const half = { publicKey: BASE_POINT, privateKey };
      const pair: DhKeyPair = { publicKey: asKey(await rawDh(half, BASE_POINT)), privateKey };
      handles.set(pair, privateHandle(half, PKCS8_X25519, X25519, 'deriveBits'));
      return pair;
    },

    async newDhKeyPair() {
      const { publicKey, privateKey, handle } = await generate(X25519, ['deriveBits'], PKCS8_X25519);
      const pair: DhKeyPair = { publicKey: asKey(publicKey), privateKey: asKey(privateKey) };
      handles.set(pair, Promise.resolve(handle));
      return pair;
    },

    rawDh,

    /** WebCrypto tells the public half of an imported key as JWK alone. Needed when an account comes to a new device. */
    async signKeyPair(seed) {
      const { tweetnaclCurves } = await loadPart(() => import('./tweetnacl.ts'));
      return tweetnaclCurves.signKeyPair(seed);
    },

    async newSignKeyPair() {
      const { publicKey, privateKey, handle } = await generate(ED25519, ['sign', 'verify'], PKCS8_ED25519);
      const pair: SignKeyPair = { publicKey: asKey(publicKey), privateKey: asKey(privateKey) };
      handles.set(pair, Promise.resolve(handle));
      return pair;
    },

    async sign(own, message) {
      const key = await privateHandle(own, PKCS8_ED25519, ED25519, 'sign');
      return new Uint8Array(await subtle.sign(ED25519, key, message));
    },

    ...webCryptoVerify(subtle),
  };
}

/** Some engines fail to generate about one key in 300, and succeed the next time. */
const GENERATE_ATTEMPTS = 4;

async function withRetries<T>(generate: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await generate();
    } catch (error) {
      if (!isRefusal(error) || attempt === GENERATE_ATTEMPTS) throw error;
    }
  }
}
