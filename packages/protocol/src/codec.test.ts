import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyText,
  bytes,
  bytesUpTo,
  expectOnlyCanonical,
  expectRoundTrip,
  uint32,
  uint53,
} from '../test/codec-properties.ts';
import {
  ByteReader,
  ByteWriter,
  decode,
  encode,
  fixed,
  id,
  list,
  nullable,
  struct,
  text,
  u16,
  u32,
  u53,
  u8,
  variable,
  versioned,
  type Codec,
} from './codec.ts';
import { isSealError } from './errors.ts';
import { idFromBytes, type UserId } from './ids.ts';

const userIds = bytes(16).map((value) => idFromBytes<UserId>(value));
const record = struct<{ n: number; name: string; parts: readonly Uint8Array<ArrayBuffer>[] }>({
  n: u16,
  name: text(400),
  parts: list(variable(5), 3),
});

function subject<T>(codec: Codec<T>, values: fc.Arbitrary<T>) {
  return { encode: (value: T) => encode(codec, value), decode: (input: Uint8Array) => decode(codec, input), values };
}

const check = <T>(codec: Codec<T>, values: fc.Arbitrary<T>) => {
  expectRoundTrip(subject(codec, values));
  expectOnlyCanonical(subject(codec, values));
};

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return isSealError(error) ? error.code : String(error);
  }
  return 'accepted';
};

describe('every codec round-trips, and accepts one encoding of a value only', () => {
  const cases: [string, () => void][] = [
    ['u8', () => check(u8, fc.integer({ min: 0, max: 0xff }))],
    ['u16', () => check(u16, fc.integer({ min: 0, max: 0xffff }))],
    ['u32', () => check(u32, uint32)],
    ['u53', () => check(u53, uint53)],
    ['fixed', () => check(fixed(32), bytes(32))],
    ['variable', () => check(variable(600), bytesUpTo(600))],
    ['text', () => check(text(1_000), anyText)],
    ['id', () => check(id<UserId>(), userIds)],
    ['list', () => check(list(u16, 40), fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }))],
    ['nullable', () => check(nullable(u32), fc.option(uint32, { nil: null }))],
    [
      'struct',
      () =>
        check(record, fc.record({ n: fc.nat(0xffff), name: anyText, parts: fc.array(bytesUpTo(5), { maxLength: 3 }) })),
    ],
    ['versioned', () => check(versioned(3, text(400)), anyText)],
  ];
  it.each(cases)('%s', (_, expectCodec) => expectCodec());
});

describe('the wire format', () => {
  it('is big-endian and length-prefixed, byte for byte', () => {
    expect(encode(u32, 0x01020304)).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(encode(u53, Number.MAX_SAFE_INTEGER)).toEqual(Uint8Array.of(0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff));
    expect(encode(text(10), 'é')).toEqual(Uint8Array.of(0, 0, 0, 2, 0xc3, 0xa9));
    expect(encode(list(u8, 3), [7, 8])).toEqual(Uint8Array.of(2, 7, 8));
    expect(encode(nullable(u8), null)).toEqual(Uint8Array.of(0));
    expect(encode(nullable(u8), 9)).toEqual(Uint8Array.of(1, 9));
    expect(encode(versioned(1, u8), 9)).toEqual(Uint8Array.of(1, 9));
  });

  it('has its fields in the order of the declaration, whatever the order of the value', () => {
    const pair = struct<{ a: number; b: number }>({ a: u8, b: u8 });
    expect(encode(pair, { b: 2, a: 1 })).toEqual(Uint8Array.of(1, 2));
  });

  it('keeps a byte order mark and refuses bytes that are no UTF-8', () => {
    expect(decode(text(10), encode(text(10), '\ufeffx'))).toBe('\ufeffx');
    for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3]]) {
      expect(refusal(() => decode(text(10), Uint8Array.of(0, 0, 0, bad.length, ...bad)))).toBe('MALFORMED');
    }
  });
});

describe('decoding refuses', () => {
  it.each<[string, Codec<unknown>, number[], string]>([
    ['an early end', u32 as Codec<unknown>, [1, 2, 3], 'MALFORMED'],
    ['bytes left over', u8 as Codec<unknown>, [1, 2], 'MALFORMED'],
    ['numbers over 2^53', u53 as Codec<unknown>, [0, 0x20, 0, 0, 0, 0, 0, 0], 'MALFORMED'],
    ['the largest length', variable(10) as Codec<unknown>, [0xff, 0xff, 0xff, 0xff], 'MALFORMED'],
    ['a length over the limit', variable(1) as Codec<unknown>, [0, 0, 0, 2, 1, 1], 'MALFORMED'],
    ['too many items', list(u8, 1) as Codec<unknown>, [2, 1, 1], 'MALFORMED'],
    ['a flag of 2', nullable(u8) as Codec<unknown>, [2, 1], 'MALFORMED'],
    ['another version', versioned(1, u8) as Codec<unknown>, [2, 1], 'UNSUPPORTED_VERSION'],
    ['nothing at all', versioned(1, u8) as Codec<unknown>, [], 'MALFORMED'],
  ])('%s', (_, codec, input, code) => {
    expect(refusal(() => decode(codec, Uint8Array.from(input)))).toBe(code);
  });
});

describe('encoding refuses', () => {
  it.each<[string, () => unknown]>([
    ['numbers out of range', () => encode(u8, 256)],
    ['negative numbers', () => encode(u32, -1)],
    ['fractions', () => encode(u16, 1.5)],
    ['numbers over 2^53', () => encode(u53, 2 ** 53)],
    ['not a number', () => encode(u8, Number.NaN)],
    ['bytes of another length', () => encode(fixed(2), new Uint8Array(3))],
    ['too many bytes', () => encode(variable(2), new Uint8Array(3))],
    ['too much text', () => encode(text(3), 'éé')],
    ['half a surrogate pair', () => encode(text(10), 'a\ud83d')],
    ['too many items', () => encode(list(u8, 1), [1, 2])],
    ['an id that is none', () => encode(id<UserId>(), 'A' as UserId)],
    ['a list with no room for its count', () => list(u8, 256)],
  ])('%s', (_, run) => {
    expect(run).toThrow(RangeError);
  });
});

describe('buffers', () => {
  it('grow to any size, with every kind of write', () => {
    fc.assert(
      fc.property(fc.array(bytesUpTo(700), { maxLength: 12 }), (parts) => {
        const out = new ByteWriter();
        for (const part of parts) {
          out.bytes(part);
          out.uint(part.length, 4);
        }
        const input = new ByteReader(out.finish());
        for (const part of parts) {
          expect(input.bytes(part.length)).toEqual(part);
          expect(input.uint(4)).toBe(part.length);
        }
        input.end();
      }),
    );
  });

  it('are shared by one writer after another and never by two at once', () => {
    const [first, second] = [new ByteWriter(), new ByteWriter()];
    first.bytes(Uint8Array.of(1, 1, 1));
    second.bytes(Uint8Array.of(2, 2));
    const ended = first.finish();
    const third = new ByteWriter();
    third.bytes(Uint8Array.of(3));
    first.bytes(Uint8Array.of(4));
    expect([ended, second.finish(), third.finish(), first.finish()]).toEqual(
      [[1, 1, 1], [2, 2], [3], [4]].map((part) => Uint8Array.from(part)),
    );
  });

  it('give copies: changing what was read leaves the input alone', () => {
    for (const input of [Uint8Array.of(1, 2), Buffer.from([1, 2])]) {
      const read = decode(fixed(2), input);
      expect(read.constructor).toBe(Uint8Array);
      read.fill(9);
      expect([...input]).toEqual([1, 2]);
    }
  });
});
