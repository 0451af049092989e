import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hkdf, hmac, sha256 } from './kdf.ts';
import { hmacInto, hmacKey } from './sha256.ts';

/** Every way the end of the input can fall into its last block, and several blocks. */
const LENGTHS = Array.from({ length: 200 }, (_, length) => length).concat(1000, 65_536);
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 167 + length) & 0xff);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Uint8Array.from(array));

describe('our SHA-256 against noble', () => {
  it('hashes every length alike', () => {
    for (const length of LENGTHS) expect(sha256(pattern(length))).toEqual(nobleSha256(pattern(length)));
  });

  it('authenticates every length of key and message alike', () => {
    for (const length of LENGTHS) {
      expect(hmac(pattern(length), pattern(70))).toEqual(nobleHmac(nobleSha256, pattern(length), pattern(70)));
      expect(hmac(pattern(32), pattern(length))).toEqual(nobleHmac(nobleSha256, pattern(32), pattern(length)));
    }
  });

  it('derives alike', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.nat(8160), (ikm, salt, info, length) => {
        expect(hkdf({ ikm, salt, info, length })).toEqual(nobleHkdf(nobleSha256, ikm, salt, info, length));
      }),
    );
    expect(() => hkdf({ ikm: pattern(32), salt: pattern(32), info: pattern(0), length: 8161 })).toThrow(RangeError);
  });

  it('refuses inputs whose length in bits does not fit into 32', () => {
    expect(() => sha256(new Uint8Array(2 ** 29))).toThrow(RangeError);
  });

  it('keeps a prepared key usable, reads the range asked for and allows output over input', () => {
    const key = hmacKey(pattern(32));
    const data = pattern(120);
    const expected = nobleHmac(nobleSha256, pattern(32), data.slice(20, 90));
    for (const at of [0, 20, 60]) {
      const buffer = data.slice();
      hmacInto(key, buffer, 20, 90, buffer, at);
      expect(buffer.slice(at, at + 32)).toEqual(expected);
    }
  });

  it('leaves its inputs alone', () => {
    const [key, data] = [pattern(40), pattern(100)];
    hmac(key, data);
    hkdf({ ikm: key, salt: data, info: data, length: 80 });
    expect([key, data]).toEqual([pattern(40), pattern(100)]);
  });
});
