import fc from 'fast-check';
import { expect } from 'vitest';
import { isSealError } from '../src/errors.ts';
import { anyCharacter } from './any-character.ts';

/** A codec as its users see it, and values it has to carry. */
export interface Subject<T> {
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => T;
  readonly values: fc.Arbitrary<T>;
}

type Mutation = (input: Uint8Array, at: number, value: number) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  (input, at, value) => input.map((byte, i) => (i === at ? byte ^ (value || 1) : byte)),
  (input, at, value) => input.map((byte, i) => (i === at ? value : byte)),
  (input, at) => input.slice(0, at),
  (input, at) => Uint8Array.of(...input.slice(0, at), ...input.slice(at + 1)),
  (input, at, value) => Uint8Array.of(...input.slice(0, at), value, ...input.slice(at)),
  (input, at) => Uint8Array.of(...input, ...input.slice(at)),
  (input, at) => input.fill(0xff, at, at + 4),
];

/** What a value encodes to decodes to the same value, which encodes to the same bytes; a Node Buffer does as well. */
export function expectRoundTrip<T>({ encode, decode, values }: Subject<T>): void {
  fc.assert(
    fc.property(values, (value) => {
      const encoded = encode(value);
      const read = decode(encoded);
      expect(read).toEqual(value);
      expect(encode(read)).toEqual(encoded);
      expect(decode(Buffer.from(encoded))).toEqual(value);
    }),
  );
}

/**
 * Random bytes, and encodings with something changed, give a `SealError` and nothing else. Where they are accepted they
 * must be the encoding of what was read: no value has two.
 */
export function expectOnlyCanonical<T>({ encode, decode, values }: Subject<T>): void {
  const check = (input: Uint8Array) => {
    let value: T;
    try {
      value = decode(input);
    } catch (error) {
      if (!isSealError(error)) throw error;
      expect(['MALFORMED', 'UNSUPPORTED_VERSION', 'TOO_LARGE']).toContain(error.code);
      return;
    }
    expect(encode(value)).toEqual(Uint8Array.from(input));
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check));
  fc.assert(
    fc.property(values, fc.constantFrom(...MUTATIONS), fc.nat(), fc.nat(255), (value, mutate, at, byte) => {
      const encoded = encode(value);
      check(mutate(encoded, at % (encoded.length + 1), byte));
    }),
    { numRuns: 500 },
  );
}

/** Exactly `length` bytes. */
export function bytes(length: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((value) => Uint8Array.from(value));
}

/** From 0 to `max` bytes. */
export function bytesUpTo(max: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.uint8Array({ maxLength: max }).map((value) => Uint8Array.from(value));
}

export const uint32: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff_ffff });
export const uint53: fc.Arbitrary<number> = fc.maxSafeNat();
/** Any text with a UTF-8 form, astral characters and control characters included. */
export const anyText: fc.Arbitrary<string> = fc
  .string({ unit: anyCharacter, maxLength: 60 })
  .filter((s) => s.isWellFormed());
