import { concatBytes, encode, fromHex, u32, utf8 } from '@seal-chat/protocol';
import { sha256 } from '../src/kdf.ts';
import type { Rng } from '../src/rng.ts';

/** A generator that makes a test repeatable: SHA-256 of the seed and a counter. */
export function seededRng(seed: string): Rng {
  let counter = 0;
  return (length) => {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, () =>
      sha256(concatBytes(utf8(seed), encode(u32, counter++))),
    );
    return concatBytes(...blocks).slice(0, length);
  };
}

/** Gives the values of a vector in the order in which the protocol draws them. */
export function scripted(...values: readonly string[]): Rng {
  const queue = values.map(fromHex);
  return (length) => {
    const next = queue.shift();
    if (next?.length !== length) throw new Error(`drew ${length} bytes, the vector has ${next?.length ?? 'no more'}`);
    return next;
  };
}
