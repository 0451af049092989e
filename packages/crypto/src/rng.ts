import type { Bytes } from '@seal-chat/protocol';

/**
 * A source of random bytes, handed in by the caller: nothing in this package reaches for a global. In a product it
 * is `crypto.getRandomValues`; in tests a seeded generator that makes a run repeatable.
 */
export type Rng = (length: number) => Bytes;
