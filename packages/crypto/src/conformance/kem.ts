import { type Bytes, asKey } from '@seal-chat/protocol';
import type { Kem } from '../kem/kem.ts';
import {
  all,
  bytesOf,
  compare,
  orRefused,
  skipped,
  type Outcome,
  type Suite,
  type WycheproofGroup,
  type WycheproofTest,
} from './wycheproof.ts';
import type { KemSeed } from '../keys.ts';

/** A KEM under test. `withRandomness` is null where the engine draws its own. */
export interface KemUnderTest {
  readonly implementation: string;
  readonly kem: Kem;
  readonly withRandomness: ((message: Bytes) => Kem) | null;
}

/** ML-KEM-768 through one implementation of `Kem`. */
export function kemSuites(under: KemUnderTest): readonly Suite[] {
  const tests: Readonly<Record<string, (test: WycheproofTest) => Outcome | Promise<Outcome>>> = {
    MLKEMTest: (test) => decapsulation(under, test),
    MLKEMEncapsTest: (test) => encapsulation(under, test),
    MLKEMKeyGen: (test) => keyGeneration(under, test),
    MLKEMDecapsValidationTest: () => skipped('expanded private keys: ours are kept as seeds'),
  };
  return Object.entries(tests).map(([type, run]) => ({
    implementation: under.implementation,
    matches: (_: string, group: WycheproofGroup) => group.type === type && group['parameterSet'] === 'ML-KEM-768',
    run: (_: WycheproofGroup, test: WycheproofTest) => run(test),
  }));
}

async function decapsulation({ kem }: KemUnderTest, test: WycheproofTest): Promise<Outcome> {
  const seed = asKey<KemSeed>(bytesOf(test, 'seed'));
  const secret = await orRefused(() => kem.decapsulate(seed, bytesOf(test, 'c')), ['MALFORMED']);
  if (test.result !== 'valid') return compare('decapsulate', secret, null);
  return all(
    compare('public key', await kem.publicKey(seed), bytesOf(test, 'ek')),
    compare('decapsulate', secret, bytesOf(test, 'K')),
  );
}

async function encapsulation({ kem, withRandomness }: KemUnderTest, test: WycheproofTest): Promise<Outcome> {
  const isValid = test.result === 'valid';
  if (isValid && withRandomness === null) return skipped('encapsulation with given randomness');
  const chosen = withRandomness?.(bytesOf(test, 'm')) ?? kem;
  const made = await orRefused(() => chosen.encapsulate(asKey(bytesOf(test, 'ek'))), ['MALFORMED']);
  return all(
    compare('secret', made?.sharedSecret ?? null, isValid ? bytesOf(test, 'K') : null),
    compare('ciphertext', made?.ciphertext ?? null, isValid ? bytesOf(test, 'c') : null),
  );
}

/** The expanded private key (`dk`) never leaves an implementation of ours; that it is right shows in decapsulation. */
async function keyGeneration({ kem }: KemUnderTest, test: WycheproofTest): Promise<Outcome> {
  const publicKey = await orRefused(() => kem.publicKey(asKey(bytesOf(test, 'seed'))), ['MALFORMED']);
  return compare('public key', publicKey, test.result === 'valid' ? bytesOf(test, 'ek') : null);
}
