import { wipe, type Bytes } from '@seal-chat/protocol';
import type { KeyPair } from './curves/curves.ts';
import type { Rng } from './rng.ts';

/** A key pair of a fresh random seed. The pair keeps its own copy of the seed; this one is overwritten. */
export async function freshKeyPair(rng: Rng, keyPair: (seed: Bytes) => Promise<KeyPair>): Promise<KeyPair> {
  const seed = rng(32);
  const pair = await keyPair(seed);
  wipe(seed);
  return pair;
}
