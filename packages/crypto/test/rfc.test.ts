import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, asKey } from '@seal-chat/protocol';
import { argon2id } from '../src/argon2.ts';
import { dh } from '../src/curves/curves.ts';
import { tweetnaclCurves } from '../src/curves/tweetnacl.ts';
import { webCryptoCurves } from '../src/curves/web-crypto.ts';
import { hmacSha512 } from '../src/kdf-sha512.ts';
import { hkdf, hmac } from '../src/kdf.ts';
import { codeOf } from './seal-error.ts';

interface RfcVectors {
  rfc7748: {
    section52: { scalar: string; u: string; result: string }[];
    iterated: { start: string; after1: string; after1000: string };
    section61: { alicePrivate: string; alicePublic: string; bobPrivate: string; bobPublic: string; shared: string };
  };
  rfc8032: { name: string; seed: string; publicKey: string; message: string; signature: string }[];
  rfc5869: { name: string; ikm: string; salt: string; info: string; length: number; okm: string }[];
  rfc4231: { name: string; key: string; data: string; sha256: string; sha512: string }[];
  rfc9106: {
    password: string;
    salt: string;
    secret: string;
    associatedData: string;
    iterations: number;
    memoryKiB: number;
    parallelism: number;
    tag: string;
  };
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/rfc.vectors.json', import.meta.url), 'utf8')) as RfcVectors;
const implementations = { tweetnacl: tweetnaclCurves, webCrypto: webCryptoCurves(globalThis.crypto.subtle) };

describe.each(Object.entries(implementations))('curves of %s', (_, curves) => {
  const { section52, iterated, section61 } = vectors.rfc7748;

  it('RFC 7748 §5.2, both vectors', async () => {
    for (const { scalar, u, result } of section52) {
      const own = await curves.dhKeyPair(asKey(fromHex(scalar)));
      expect(toHex(await curves.rawDh(own, asKey(fromHex(u))))).toBe(result);
    }
  });

  it('RFC 7748 §5.2, iterated 1 and 1,000 times', async () => {
    let k = fromHex(iterated.start);
    let u = k;
    for (let i = 1; i <= 1_000; i++) {
      const result = await curves.rawDh(await curves.dhKeyPair(asKey(k)), asKey(u));
      [k, u] = [result, k];
      if (i === 1) expect(toHex(k)).toBe(iterated.after1);
    }
    expect(toHex(k)).toBe(iterated.after1000);
  });

  it('RFC 7748 §6.1', async () => {
    const alice = await curves.dhKeyPair(asKey(fromHex(section61.alicePrivate)));
    const bob = await curves.dhKeyPair(asKey(fromHex(section61.bobPrivate)));
    expect(toHex(alice.publicKey)).toBe(section61.alicePublic);
    expect(toHex(bob.publicKey)).toBe(section61.bobPublic);
    expect(toHex(await dh(curves, alice, bob.publicKey))).toBe(section61.shared);
    expect(toHex(await dh(curves, bob, alice.publicKey))).toBe(section61.shared);
  });

  it.each(vectors.rfc8032)('RFC 8032 §7.1 $name', async ({ seed, publicKey, message, signature }) => {
    const pair = await curves.signKeyPair(asKey(fromHex(seed)));
    expect(toHex(pair.publicKey)).toBe(publicKey);
    expect(toHex(await curves.sign(pair, fromHex(message)))).toBe(signature);
    expect(await curves.verify(pair.publicKey, fromHex(message), fromHex(signature))).toBe(true);
    expect(await curves.verify(pair.publicKey, fromHex(`${message}00`), fromHex(signature))).toBe(false);
  });
});

describe.each(Object.entries(implementations))('what %s refuses', (_, curves) => {
  const [{ publicKey, message, signature }] = vectors.rfc8032 as [RfcVectors['rfc8032'][0]];
  const [key, text, good] = [fromHex(publicKey), fromHex(message), fromHex(signature)];

  /** `bytes` as a little-endian number, plus `more`. */
  const add = (bytes: Uint8Array, more: bigint) => {
    const sum = BigInt(`0x${toHex(bytes.toReversed())}`) + more;
    return fromHex(sum.toString(16).padStart(2 * bytes.length, '0')).toReversed();
  };
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;

  it('RFC 8032 §5.1.7: S not reduced, which would be a second signature of the same message', async () => {
    const malleable = Uint8Array.of(...good.slice(0, 32), ...add(good.slice(32), L));
    expect(await curves.verify(asKey(key), text, malleable)).toBe(false);
    expect(await curves.verify(asKey(key), text, good)).toBe(true);
  });

  it('public keys of small order, under which one signature fits every message', async () => {
    const identity = Uint8Array.of(1, ...new Uint8Array(31));
    const forged = Uint8Array.of(...identity, ...new Uint8Array(32));
    expect(await curves.verify(asKey(identity), text, forged)).toBe(false);
  });

  it('RFC 7748 §6.1: public keys that give zero, and second spellings of a key', async () => {
    const own = await curves.dhKeyPair(asKey(fromHex(vectors.rfc7748.section61.alicePrivate)));
    const bob = fromHex(vectors.rfc7748.section61.bobPublic);
    const withTopBit = bob.slice().fill(bob[31]! | 0x80, 31);
    const p = 2n ** 255n - 19n;
    const zero = new Uint8Array(32);
    for (const bad of [zero, add(zero, 1n), add(zero, p - 1n), add(zero, p), add(zero, p + 9n), withTopBit]) {
      expect(await codeOf(() => dh(curves, own, asKey(bad)))).toBe('LOW_ORDER_KEY');
    }
    expect(await dh(curves, own, asKey(bob))).toHaveLength(32);
  });
});

it.each(vectors.rfc5869)('RFC 5869 $name: HKDF-SHA-256', ({ ikm, salt, info, length, okm }) => {
  const derived = hkdf({ ikm: fromHex(ikm), salt: fromHex(salt), info: fromHex(info), length });
  expect(toHex(derived)).toBe(okm);
});

it.each(vectors.rfc4231)('RFC 4231 §$name: HMAC-SHA-256 and HMAC-SHA-512', ({ key, data, sha256, sha512 }) => {
  // Case 4.6 prints the first 128 bits only.
  expect(toHex(hmac(fromHex(key), fromHex(data))).slice(0, sha256.length)).toBe(sha256);
  expect(toHex(hmacSha512(fromHex(key), fromHex(data))).slice(0, sha512.length)).toBe(sha512);
});

it('RFC 9106 §5.3: Argon2id with a secret and associated data', async () => {
  const { iterations, memoryKiB, parallelism, tag, ...inputs } = vectors.rfc9106;
  const derived = await argon2id({
    password: fromHex(inputs.password),
    salt: fromHex(inputs.salt),
    secret: fromHex(inputs.secret),
    associatedData: fromHex(inputs.associatedData),
    parameters: { iterations, memoryKiB, parallelism },
    length: 32,
  });
  expect(toHex(derived)).toBe(tag);
});
