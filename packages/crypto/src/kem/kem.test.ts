import { readFileSync } from 'node:fs';
import { KEM_CIPHERTEXT_LENGTH, KEM_KEY_LENGTH, type Bytes, asKey } from '@seal-chat/protocol';
import { describe, expect, it, vi } from 'vitest';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { KEM_SEED_LENGTH, type Kem } from './kem.ts';
import { nobleKem } from './noble.ts';
import { selectKem } from './select.ts';
import { webCryptoKem, type KemSubtle } from './web-crypto.ts';

const rng = seededRng('kem');
const noble = nobleKem(rng);
const subtle: object = globalThis.crypto.subtle;
const hasNative = 'encapsulateBits' in subtle;

/** The KEM methods of WebCrypto, by noble: tests what we make of them on engines that lack them. */
function fakeSubtle(change: Partial<KemSubtle> = {}): KemSubtle {
  const bytesOf = (key: object) => (key as { bytes: Bytes }).bytes;
  return {
    importKey: async (_format, key) => ({ bytes: key.slice() }),
    getPublicKey: async (key) => ({ bytes: await noble.publicKey(asKey(bytesOf(key))) }),
    exportKey: async (_format, key) => bytesOf(key).buffer,
    encapsulateBits: async (_algorithm, key) => {
      const { sharedSecret, ciphertext } = await noble.encapsulate(asKey(bytesOf(key)));
      return { sharedKey: sharedSecret.buffer, ciphertext: ciphertext.buffer };
    },
    decapsulateBits: async (_algorithm, key, ciphertext) =>
      (await noble.decapsulate(asKey(bytesOf(key)), ciphertext)).buffer,
    ...change,
  };
}

const implementations: [string, Kem][] = [
  ['noble', noble],
  ['WebCrypto, played by noble', webCryptoKem(fakeSubtle())],
];
if (hasNative) implementations.push(['WebCrypto', webCryptoKem(subtle as KemSubtle)]);

describe.each(implementations)('ML-KEM-768 of %s', (_, kem) => {
  it('agrees with noble on keys and secrets, both ways', async () => {
    for (let i = 0; i < 3; i++) {
      const seed = rng(KEM_SEED_LENGTH);
      const publicKey = await kem.publicKey(asKey(seed));
      expect(publicKey).toHaveLength(KEM_KEY_LENGTH);
      expect(publicKey).toEqual(await noble.publicKey(asKey(seed)));
      for (const [from, to] of [
        [kem, noble],
        [noble, kem],
      ] as const) {
        const { sharedSecret, ciphertext } = await from.encapsulate(publicKey);
        expect(ciphertext).toHaveLength(KEM_CIPHERTEXT_LENGTH);
        expect(await to.decapsulate(asKey(seed), ciphertext)).toEqual(sharedSecret);
      }
    }
  });

  it('rejects implicitly: an altered ciphertext gives another secret, the same every time', async () => {
    const seed = rng(KEM_SEED_LENGTH);
    const { sharedSecret, ciphertext } = await kem.encapsulate(await kem.publicKey(asKey(seed)));
    ciphertext[500]! ^= 1;
    const rejected = await kem.decapsulate(asKey(seed), ciphertext);
    expect(rejected).not.toEqual(sharedSecret);
    expect(await noble.decapsulate(asKey(seed), ciphertext)).toEqual(rejected);
  });

  it('refuses coefficients at or above q, wherever they stand, and wrong lengths', async () => {
    const publicKey = await kem.publicKey(asKey(rng(KEM_SEED_LENGTH)));
    for (const coefficient of [0, 1, 255, 256, 511, 767]) {
      for (const value of [3329, 4095]) {
        expect(await codeOf(() => kem.encapsulate(asKey(withCoefficient(publicKey, coefficient, value))))).toBe(
          'MALFORMED',
        );
      }
      await kem.encapsulate(asKey(withCoefficient(publicKey, coefficient, 3328)));
    }
    expect(await codeOf(() => kem.encapsulate(asKey(publicKey.slice(1))))).toBe('MALFORMED');
    expect(await codeOf(() => kem.publicKey(asKey(rng(63))))).toBe('MALFORMED');
    expect(await codeOf(() => kem.decapsulate(asKey(rng(65)), rng(KEM_CIPHERTEXT_LENGTH)))).toBe('MALFORMED');
    expect(await codeOf(() => kem.decapsulate(asKey(rng(64)), rng(KEM_CIPHERTEXT_LENGTH - 1)))).toBe('MALFORMED');
  });
});

/** The key with one of its 768 12-bit coefficients replaced. */
function withCoefficient(publicKey: Bytes, index: number, value: number): Bytes {
  const out = publicKey.slice();
  const at = (index >> 1) * 3;
  if (index % 2 === 0) {
    out[at] = value & 0xff;
    out[at + 1] = (out[at + 1]! & 0xf0) | (value >> 8);
  } else {
    out[at + 1] = (out[at + 1]! & 0x0f) | ((value & 0x0f) << 4);
    out[at + 2] = value >> 4;
  }
  return out;
}

describe('selectKem', () => {
  it('takes WebCrypto where it passes the known-answer test', async () => {
    const importKey = vi.fn<KemSubtle['importKey']>(fakeSubtle().importKey);
    const kem = await selectKem(fakeSubtle({ importKey }), rng);
    importKey.mockClear();
    await kem.publicKey(asKey(rng(KEM_SEED_LENGTH)));
    expect(importKey).toHaveBeenCalledOnce();
  });

  it.each<[string, object | undefined]>([
    ['there is none', undefined],
    ['it lacks the methods', {}],
    ['it fails', fakeSubtle({ importKey: () => Promise.reject(new Error('unknown algorithm')) })],
    ['its keys are wrong', fakeSubtle({ exportKey: async () => new ArrayBuffer(KEM_KEY_LENGTH) })],
    ['its secrets are wrong', fakeSubtle({ decapsulateBits: async () => new ArrayBuffer(32) })],
  ])('falls back to JavaScript where %s', async (_, broken) => {
    const kem = await selectKem(broken, rng);
    const seed = rng(KEM_SEED_LENGTH);
    const { sharedSecret, ciphertext } = await kem.encapsulate(await kem.publicKey(asKey(seed)));
    expect(await noble.decapsulate(asKey(seed), ciphertext)).toEqual(sharedSecret);
  });

  it('loads the JavaScript one only then', () => {
    const source = readFileSync(new URL('./select.ts', import.meta.url), 'utf8');
    expect(source).not.toMatch(/^import .*(noble\.ts|post-quantum)/m);
  });
});
