import { concatBytes, fromHex, utf8, asKey, type DhPublicKey } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { P, littleEndian, toInteger } from '../../test/montgomery.ts';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { dh, type Curves } from './curves.ts';
import { selectCurves } from './select.ts';
import type { Subtle } from './subtle.ts';
import { tweetnaclCurves } from './tweetnacl.ts';
import { webCryptoCurves } from './web-crypto.ts';
import type { DhKeyPair, DhPrivateKey } from '../keys.ts';

const subtle: Subtle = globalThis.crypto.subtle;
const native = webCryptoCurves(subtle);
const implementations = { tweetnacl: tweetnaclCurves, webCrypto: native };

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
/** Every u-coordinate of small order, on the curve and its twist, canonical or not (https://cr.yp.to/ecdh.html#validate). */
const U8 = 325606250916557431795983626356110631294008115727848805560023387167927233504n;
const U8_OTHER = 39382357235489614581723060781553021112529911719440698176882885853963445705823n;
const CANONICAL_LOW_ORDER = [0n, 1n, U8, U8_OTHER, P - 1n];
const OTHER_LOW_ORDER = [P, P + 1n, 2n * P - 1n, 2n * P, 2n * P + 1n, U8 + 2n ** 255n, 2n ** 255n, 2n ** 255n + 1n];

/** y-coordinates of the points of small order of edwards25519. */
const Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL_ORDER_Y = [0n, 1n, P - 1n, Y8, P - Y8];
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const SIGN_BIT = 2n ** 255n;

describe('tweetnacl and WebCrypto', () => {
  it('agree on keys, secrets and signatures, and accept what the other signed', async () => {
    const rng = seededRng('differential');
    for (let i = 0; i < 8; i++) {
      const [seed, message] = [rng(32), rng(i * 40)];
      const pairs = await Promise.all([tweetnaclCurves.dhKeyPair(asKey(seed)), native.dhKeyPair(asKey(seed))]);
      expect(pairs[0]).toEqual(pairs[1]);
      const peer = rng(32); // half of all strings are points of the twist
      expect(await tweetnaclCurves.rawDh(pairs[0], asKey(peer))).toEqual(await native.rawDh(pairs[0], asKey(peer)));

      const signers = await Promise.all([tweetnaclCurves.signKeyPair(asKey(seed)), native.signKeyPair(asKey(seed))]);
      expect(signers[0]).toEqual(signers[1]);
      const signatures = await Promise.all([
        tweetnaclCurves.sign(signers[0], message),
        native.sign(signers[0], message),
      ]);
      expect(signatures[0]).toEqual(signatures[1]);
      for (const curves of [tweetnaclCurves, native]) {
        expect(await curves.verify(signers[0].publicKey, message, signatures[0])).toBe(true);
        expect(await curves.verify(signers[0].publicKey, concatBytes(message, rng(1)), signatures[0])).toBe(false);
      }
    }
  });

  it('make new pairs whose halves belong together', async () => {
    for (const curves of [tweetnaclCurves, native]) {
      const fresh = await curves.newDhKeyPair(seededRng('fresh'));
      expect(await tweetnaclCurves.dhKeyPair(fresh.privateKey)).toEqual(fresh);
      const other = await curves.newDhKeyPair(seededRng('other'));
      expect(await curves.rawDh(fresh, other.publicKey)).toEqual(await curves.rawDh(other, fresh.publicKey));
      const signer = await curves.newSignKeyPair(seededRng('signer'));
      expect(await tweetnaclCurves.signKeyPair(asKey(signer.privateKey))).toEqual(signer);
    }
  });
});

describe.each(Object.entries(implementations))('dh over %s', (_, curves) => {
  it('refuses every public key of small order, and every one that is not canonical', async () => {
    const own = await curves.dhKeyPair(asKey(seededRng('own')(32)));
    for (const u of [...CANONICAL_LOW_ORDER, ...OTHER_LOW_ORDER, P + 9n, 2n ** 255n + 9n, 2n ** 256n - 1n])
      expect(await codeOf(() => dh(curves, own, asKey(littleEndian(u))))).toBe('LOW_ORDER_KEY');
  });

  it('refuses keys of another length', async () => {
    const own = await curves.dhKeyPair(asKey(seededRng('own')(32)));
    for (const length of [0, 31, 33]) {
      expect(await codeOf(() => dh(curves, own, asKey(new Uint8Array(length).fill(9))))).toBe('MALFORMED');
      const broken: DhKeyPair = { ...own, privateKey: asKey(new Uint8Array(length)) };
      expect(await codeOf(() => dh(curves, broken, own.publicKey))).toBe('MALFORMED');
      expect(await codeOf(() => curves.dhKeyPair(asKey(new Uint8Array(length))))).toBe('MALFORMED');
      expect(await codeOf(() => curves.signKeyPair(asKey(new Uint8Array(length))))).toBe('MALFORMED');
      expect(
        await codeOf(() =>
          curves.sign({ publicKey: asKey(own.publicKey), privateKey: asKey(broken.privateKey) }, utf8('')),
        ),
      ).toBe('MALFORMED');
    }
  });
});

describe.each(Object.entries(implementations))('strict Ed25519 of %s', (_, curves) => {
  const message = utf8('message');
  const signed = async () => {
    const pair = await curves.signKeyPair(asKey(seededRng('signer')(32)));
    return { ...pair, signature: await curves.sign(pair, message) };
  };

  it('refuses S + L: one message has one signature', async () => {
    const { publicKey, signature } = await signed();
    const s = toInteger(signature.subarray(32));
    for (const k of [1n, 2n, 7n]) {
      const malleable = concatBytes(signature.subarray(0, 32), littleEndian(s + k * L));
      expect(await curves.verify(publicKey, message, malleable)).toBe(false);
    }
  });

  it('refuses public keys of small order, which sign anything with S = 0', async () => {
    // d y^4 + 2 y^2 = 1 holds for the points whose double has order 4.
    for (const y of [Y8, P - Y8]) expect((D * y ** 4n + 2n * y ** 2n) % P).toBe(1n);
    for (const y of [...SMALL_ORDER_Y, P, P + 1n]) {
      for (const encoded of [y, y + SIGN_BIT]) {
        // With S = 0 and R the neutral element the equation holds whenever the hash is a multiple of the key's order:
        // an attacker tries a few messages.
        for (let i = 0; i < 24; i++) {
          const forged = concatBytes(littleEndian(1n), new Uint8Array(32));
          expect(await curves.verify(asKey(littleEndian(encoded)), Uint8Array.of(i), forged)).toBe(false);
        }
      }
    }
  });

  it('refuses encodings of y at or above p, in key and in R', async () => {
    const { publicKey, signature } = await signed();
    for (let y = P; y < SIGN_BIT; y++) {
      expect(await curves.verify(asKey(littleEndian(y)), message, signature)).toBe(false);
      const withR = concatBytes(littleEndian(y), signature.subarray(32));
      expect(await curves.verify(publicKey, message, withR)).toBe(false);
    }
  });

  it('answers false to every one-bit flip and to other lengths, and throws at nothing', async () => {
    const { publicKey, signature } = await signed();
    for (let bit = 0; bit < 512; bit += 7) {
      const flipped = signature.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(await curves.verify(publicKey, message, flipped)).toBe(false);
    }
    for (let bit = 0; bit < 256; bit += 5) {
      const flipped = publicKey.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(await curves.verify(asKey(flipped), message, signature)).toBe(false);
    }
    expect(await curves.verify(publicKey, message, signature.subarray(1))).toBe(false);
    expect(await curves.verify(asKey(publicKey.subarray(1)), message, signature)).toBe(false);
  });
});

describe('selectCurves', () => {
  const without = (name: string): Subtle => ({
    ...bound(subtle),
    importKey: (format: never, key: never, algorithm: { name: string }, ...rest: [never, never]) =>
      algorithm.name === name
        ? Promise.reject(new Error('unknown algorithm'))
        : subtle.importKey(format, key, algorithm, ...rest),
  });
  const bound = ({ generateKey, importKey, exportKey, deriveBits, sign, verify }: Subtle): Subtle => ({
    generateKey: generateKey.bind(subtle),
    importKey: importKey.bind(subtle),
    exportKey: exportKey.bind(subtle),
    deriveBits: deriveBits.bind(subtle),
    sign: sign.bind(subtle),
    verify: verify.bind(subtle),
  });
  const usesNative = (curves: Curves) => ({
    dh: curves.rawDh !== tweetnaclCurves.rawDh,
    sign: curves.verify !== tweetnaclCurves.verify,
  });

  it('takes each algorithm from WebCrypto where it works', async () => {
    expect(usesNative(await selectCurves(subtle))).toEqual({ dh: true, sign: true });
    expect(usesNative(await selectCurves(undefined))).toEqual({ dh: false, sign: false });
    expect(usesNative(await selectCurves(without('X25519')))).toEqual({ dh: false, sign: true });
    expect(usesNative(await selectCurves(without('Ed25519')))).toEqual({ dh: true, sign: false });
  });

  it('does not take an algorithm that gives wrong answers', async () => {
    const wrongDh = { ...bound(subtle), deriveBits: async () => fromHex('42'.repeat(32)).buffer };
    expect(usesNative(await selectCurves(wrongDh))).toEqual({ dh: false, sign: true });
    const acceptsAll = { ...bound(subtle), verify: async () => true };
    expect(usesNative(await selectCurves(acceptsAll))).toEqual({ dh: true, sign: false });
    const wrongPair: Subtle = { ...bound(subtle), exportKey: async () => new Uint8Array(48).fill(7).buffer };
    expect(usesNative(await selectCurves(wrongPair))).toEqual({ dh: false, sign: false });
  });

  it.each(['DataError', 'OperationError'])('a low-order key is LOW_ORDER_KEY where WebCrypto says %s', async (name) => {
    const refuse = (): Promise<never> => Promise.reject(new DOMException('refused', name));
    const curves = webCryptoCurves({ ...bound(subtle), deriveBits: refuse });
    const own = {
      publicKey: asKey<DhPublicKey>(new Uint8Array(32)),
      privateKey: asKey<DhPrivateKey>(fromHex('42'.repeat(32))),
    };
    const lowOrder = asKey<DhPublicKey>(fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'));
    await expect(dh(curves, own, lowOrder)).rejects.toMatchObject({ code: 'LOW_ORDER_KEY' });
    // The same error for a key that nothing is wrong with is the engine's failure, and no verdict.
    const good = (await tweetnaclCurves.dhKeyPair(asKey(fromHex('07'.repeat(32))))).publicKey;
    await expect(dh(curves, own, good)).rejects.toMatchObject({ name });
  });

  it('a private key that could not be imported is imported again', async () => {
    let failures = 1;
    const importKey = bound(subtle).importKey;
    const flaky: Subtle = {
      ...bound(subtle),
      importKey: (...input) =>
        input[0] === 'pkcs8' && failures-- > 0 ? Promise.reject(new Error('engine')) : importKey(...input),
    };
    const curves = webCryptoCurves(flaky);
    const own = {
      publicKey: asKey<DhPublicKey>(new Uint8Array(32)),
      privateKey: asKey<DhPrivateKey>(fromHex('42'.repeat(32))),
    };
    const peer = (await tweetnaclCurves.dhKeyPair(asKey(fromHex('07'.repeat(32))))).publicKey;
    await expect(dh(curves, own, peer)).rejects.toThrow('engine');
    expect(await dh(curves, own, peer)).toHaveLength(32);
  });

  it('a key pair that an engine fails to generate is generated again', async () => {
    let failures = 2;
    const { generateKey } = bound(subtle);
    const curves = webCryptoCurves({
      ...bound(subtle),
      generateKey: (...input) =>
        failures-- > 0 ? Promise.reject(new DOMException('', 'OperationError')) : generateKey(...input),
    });
    expect((await curves.newDhKeyPair(seededRng('again'))).privateKey).toHaveLength(32);
  });

  it('an engine that fails to verify says nothing about the signature', async () => {
    const pair = await tweetnaclCurves.signKeyPair(asKey(fromHex('07'.repeat(32))));
    const signature = await tweetnaclCurves.sign(pair, utf8('m'));
    let failures = 1;
    const { importKey } = bound(subtle);
    const curves = webCryptoCurves({
      ...bound(subtle),
      importKey: (...input) => (failures-- > 0 ? Promise.reject(new Error('engine')) : importKey(...input)),
    });
    await expect(curves.verify(pair.publicKey, utf8('m'), signature)).rejects.toThrow('engine');
    expect(await curves.verify(pair.publicKey, utf8('m'), signature)).toBe(true);
  });

  it('works when mixed', async () => {
    const curves = await selectCurves(without('X25519'));
    const pair = await curves.newDhKeyPair(seededRng('mixed'));
    expect(await dh(curves, pair, pair.publicKey)).toHaveLength(32);
    const signer = await curves.signKeyPair(asKey(pair.privateKey));
    expect(await curves.verify(signer.publicKey, utf8('m'), await curves.sign(signer, utf8('m')))).toBe(true);
  });
});
