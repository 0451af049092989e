import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, isSealError, asKey } from '@seal-chat/protocol';
import { runs } from '../test/runs.ts';
import { accountSecretsCodec, type AccountSecrets } from './account-secrets.ts';
import type { SignSeed } from './keys.ts';

const keys = (max: number) => fc.uint8Array({ maxLength: max }).map((bytes) => Uint8Array.from(bytes));
const secrets: fc.Arbitrary<AccountSecrets> = fc.record({
  accountSeed: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => asKey<SignSeed>(Uint8Array.from(bytes))),
  extraKeys: fc
    .uniqueArray(fc.record({ kind: fc.integer({ min: 1, max: 255 }), key: keys(64) }), {
      maxLength: 8,
      selector: ({ kind }) => kind,
    })
    .map((list) => list.toSorted((a, b) => a.kind - b.kind)),
});

describe('account secrets', () => {
  it('round-trip with keys of kinds that are not defined yet', () => {
    fc.assert(
      fc.property(secrets, (value) => {
        expect(decode(accountSecretsCodec, encode(accountSecretsCodec, value))).toEqual(value);
      }),
    );
  });

  it('have one encoding, and give a typed error on anything else', () => {
    fc.assert(
      fc.property(secrets, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encode(accountSecretsCodec, value);
        bytes[at % bytes.length] = byte;
        try {
          expect(encode(accountSecretsCodec, decode(accountSecretsCodec, bytes))).toEqual(bytes);
        } catch (error) {
          if (!isSealError(error)) throw error;
        }
      }),
      runs(1_000),
    );
  });

  it('are refused with kinds out of order, repeated or zero', () => {
    const accountSeed = asKey<SignSeed>(new Uint8Array(32));
    for (const kinds of [[2, 1], [1, 1], [0]]) {
      const extraKeys = kinds.map((kind) => ({ kind, key: new Uint8Array(1) }));
      expect(() => encode(accountSecretsCodec, { accountSeed, extraKeys })).toThrow(RangeError);
    }
  });
});
