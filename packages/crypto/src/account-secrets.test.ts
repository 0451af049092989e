import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, isSealError, asKey, type Codec, type Key } from '@seal-chat/protocol';
import { runs } from '../test/runs.ts';
import { accountSecretsCodec, vaultSecretsCodec, type AccountSecrets, type VaultSecrets } from './account-secrets.ts';

const key = <K extends Key<string>>() =>
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => asKey<K>(Uint8Array.from(bytes)));
const account: fc.Arbitrary<AccountSecrets> = fc.record({
  accountSeed: key<AccountSecrets['accountSeed']>(),
  archive: fc.record({ epoch: fc.nat(0xffff_ffff), key: key<AccountSecrets['archive']['key']>() }),
});
const vault: fc.Arbitrary<VaultSecrets> = fc.record({ identitySeed: key<VaultSecrets['identitySeed']>(), account });

function describeCodec<T>(name: string, codec: Codec<T>, values: fc.Arbitrary<T>): void {
  describe(`the encoding of ${name}`, () => {
    it('round-trips', () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(decode(codec, encode(codec, value))).toEqual(value);
        }),
      );
    });

    it('is the only one, and anything else gives a typed error', () => {
      fc.assert(
        fc.property(values, fc.nat(), fc.nat(255), (value, at, byte) => {
          const bytes = encode(codec, value);
          bytes[at % bytes.length] = byte;
          try {
            expect(encode(codec, decode(codec, bytes))).toEqual(bytes);
          } catch (error) {
            if (!isSealError(error)) throw error;
          }
        }),
        runs(1_000),
      );
    });
  });
}

describeCodec('account secrets', accountSecretsCodec, account);
describeCodec("a vault's secrets", vaultSecretsCodec, vault);
