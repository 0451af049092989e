import { type Bytes, asKey, type DhPublicKey } from '@seal-chat/protocol';
import { dh, type Curves } from '../curves/curves.ts';
import {
  PASSED,
  all,
  bytesOf,
  compare,
  failed,
  orRefused,
  type Outcome,
  type Suite,
  type WycheproofGroup,
  type WycheproofTest,
} from './wycheproof.ts';

/** X25519 and Ed25519 through one implementation of `Curves`. */
export function curveSuites(implementation: string, curves: Curves): readonly Suite[] {
  return [
    {
      implementation,
      matches: (_, group) => group.type === 'XdhComp' && group['curve'] === 'curve25519',
      run: (_, test) => x25519(curves, test),
    },
    {
      implementation,
      matches: (_, group) => group.type === 'EddsaVerify' && curveOf(group) === 'edwards25519',
      run: (group, test) => ed25519(curves, group, test),
    },
  ];
}

/** The raw function computes whatever it is given; `dh` refuses zero results and second spellings of a key. */
async function x25519(curves: Curves, test: WycheproofTest): Promise<Outcome> {
  const peer = asKey<DhPublicKey>(bytesOf(test, 'public'));
  const shared = bytesOf(test, 'shared');
  const own = await curves.dhKeyPair(asKey(bytesOf(test, 'private')));
  const isUnsafe = ['ZeroSharedSecret', 'NonCanonicalPublic'].some((flag) => test.flags?.includes(flag));
  return all(
    compare('X25519', await curves.rawDh(own, peer), shared),
    compare('dh()', await orRefused(() => dh(curves, own, peer), ['LOW_ORDER_KEY']), isUnsafe ? null : shared),
  );
}

async function ed25519(curves: Curves, group: WycheproofGroup, test: WycheproofTest): Promise<Outcome> {
  const accepted = await curves.verify(asKey(publicKeyOf(group)), bytesOf(test, 'msg'), bytesOf(test, 'sig'));
  if (accepted === (test.result === 'valid')) return PASSED;
  return failed(accepted ? 'verify: accepted' : 'verify: refused');
}

function publicKeyRecord(group: WycheproofGroup): Readonly<Record<string, unknown>> {
  return (group['publicKey'] ?? {}) as Readonly<Record<string, unknown>>;
}

function curveOf(group: WycheproofGroup): unknown {
  return publicKeyRecord(group)['curve'];
}

function publicKeyOf(group: WycheproofGroup): Bytes {
  return bytesOf({ type: group.type, tests: [], pk: publicKeyRecord(group)['pk'] }, 'pk');
}
