import { expect } from 'vitest';

/** Bytes are compared as bytes: element by element, as `toEqual` does it otherwise, a message takes a millisecond. */
expect.addEqualityTesters([
  (a: unknown, b: unknown) =>
    a instanceof Uint8Array && b instanceof Uint8Array && a.constructor === b.constructor
      ? Buffer.compare(a, b) === 0
      : undefined,
]);
