import { wipe, type Bytes } from '@seal-chat/protocol';
import type { Rng } from './rng.ts';

/** Makes a key pair of a new random seed. The pair keeps its own copy of the seed; this one is overwritten. */
export async function freshKeyPair<Pair>(rng: Rng, keyPair: (seed: Bytes) => Promise<Pair>): Promise<Pair> {
  const seed = rng(32);
  const pair = await keyPair(seed);
  wipe(seed);
  return pair;
}
