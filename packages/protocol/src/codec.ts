import { fromUtf8, times, utf8 as utf8Bytes, type Bytes } from './bytes.ts';
import { SealError } from './errors.ts';
import { ID_LENGTH, idFromBytes, idToBytes, type AnyId } from './ids.ts';

/**
 * Combinators for the wire format: big-endian integers, fixed-width fields, length-prefixed variable ones.
 * Every value has exactly one encoding, and `decode` accepts no other, so bytes can be hashed and signed.
 */
export interface Codec<T> {
  readonly write: (out: ByteWriter, value: T) => void;
  readonly read: (input: ByteReader) => T;
}

/** The value type of a codec. */
export type CodecValue<C> = C extends Codec<infer T> ? T : never;

/**
 * A buffer of the size of a common message, zeros, kept for the next writer: allocating one costs as much as using it.
 */
let spare: Bytes | null = null;
const SPARE_LENGTH = 2048;

const NO_BYTES: Bytes = new Uint8Array(0);

/** A growing output buffer. */
export class ByteWriter {
  #buffer: Bytes;
  #length = 0;

  constructor() {
    this.#buffer = spare ?? new Uint8Array(SPARE_LENGTH);
    spare = null;
  }

  /** Room for `count` more bytes; returns where they start. */
  #reserve(count: number): number {
    const start = this.#length;
    if (start + count > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(this.#buffer.length * 2, start + count));
      grown.set(this.#buffer.subarray(0, start));
      this.#release();
      this.#buffer = grown;
    }
    this.#length += count;
    return start;
  }

  /** Appends `value` as a big-endian integer of `width` bytes. */
  uint(value: number, width: number): void {
    const start = this.#reserve(width);
    let rest = value;
    for (let i = width - 1; i >= 0; i--) {
      this.#buffer[start + i] = rest; // the lowest 8 bits
      rest = Math.floor(rest / 256);
    }
  }

  /** Appends `bytes` as they are. */
  bytes(bytes: Uint8Array): void {
    const start = this.#reserve(bytes.length); // first: it may replace the buffer
    this.#buffer.set(bytes, start);
  }

  /** A copy of what was written, which ends the writer; the buffer is wiped, as it may have held secrets. */
  finish(): Bytes {
    const out = this.#buffer.slice(0, this.#length);
    this.#release();
    this.#buffer = NO_BYTES;
    this.#length = 0;
    return out;
  }

  #release(): void {
    this.#buffer.fill(0);
    if (this.#buffer.length === SPARE_LENGTH) spare = this.#buffer;
  }
}

/** A cursor over input that is never trusted. */
export class ByteReader {
  readonly #input: Uint8Array;
  #at = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#at;
  }

  /** The next big-endian integer of `width` bytes. @throws SealError MALFORMED at the end of input. */
  uint(width: number): number {
    const end = this.#advance(width);
    let value = 0;
    for (let i = end - width; i < end; i++) value = value * 256 + this.#input[i]!;
    return value;
  }

  /** A copy of the next `length` bytes. @throws SealError MALFORMED at the end of input. */
  bytes(length: number): Bytes {
    const end = this.#advance(length);
    return new Uint8Array(this.#input.subarray(end - length, end)); // not slice(): of a Node Buffer it would be a view
  }

  /** @throws SealError MALFORMED when input is left over. */
  end(): void {
    if (this.#at !== this.#input.length) throw malformed('trailing bytes');
  }

  /** Moves on by `length` bytes; returns where they end. */
  #advance(length: number): number {
    const end = this.#at + length;
    if (end > this.#input.length) throw malformed('unexpected end');
    this.#at = end;
    return end;
  }
}

/** Makes the error every decoder throws on bytes that are no encoding of a value. */
export function malformed(reason: string): SealError {
  return new SealError('MALFORMED', `decode: ${reason}`);
}

/** Returns the one encoding of `value`. @throws RangeError when the value is outside what the format can carry. */
export function encode<T>(codec: Codec<T>, value: T): Bytes {
  const out = new ByteWriter();
  codec.write(out, value);
  return out.finish();
}

/** Reads the value `bytes` encode, all of them. @throws SealError MALFORMED or UNSUPPORTED_VERSION. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const input = new ByteReader(bytes);
  const value = codec.read(input);
  input.end();
  return value;
}

function unsigned(name: string, width: number, max: number): Codec<number> {
  return {
    write(out, value) {
      if (!Number.isInteger(value) || value < 0 || value > max)
        throw new RangeError(`${name}: ${value} is out of range`);
      out.uint(value, width);
    },
    read(input) {
      const value = input.uint(width);
      if (value > max) throw malformed(`${name} out of range`);
      return value;
    },
  };
}

export const u8: Codec<number> = unsigned('u8', 1, 0xff);
export const u16: Codec<number> = unsigned('u16', 2, 0xffff);
export const u32: Codec<number> = unsigned('u32', 4, 0xffff_ffff);
/** 8 bytes holding at most 2^53 - 1: sequence numbers and times in ms. */
export const u53: Codec<number> = unsigned('u53', 8, Number.MAX_SAFE_INTEGER);

/** Carries exactly `length` bytes. */
export function fixed(length: number): Codec<Bytes> {
  return {
    write(out, value) {
      if (value.length !== length) throw new RangeError(`bytes: expected ${length}, got ${value.length}`);
      out.bytes(value);
    },
    read: (input) => input.bytes(length),
  };
}

/** Carries at most `max` bytes after a 4-byte length. */
export function variable(max: number): Codec<Bytes> {
  return {
    write(out, value) {
      if (value.length > max) throw new RangeError(`bytes: at most ${max}, got ${value.length}`);
      out.uint(value.length, 4);
      out.bytes(value);
    },
    read(input) {
      const length = input.uint(4);
      if (length > max) throw malformed('length over the limit');
      return input.bytes(length);
    },
  };
}

/**
 * Carries text of at most `maxBytes` UTF-8 bytes after a 4-byte length. Lone surrogates are refused: they have no UTF-8
 * form.
 */
export function text(maxBytes: number): Codec<string> {
  const bytes = variable(maxBytes);
  return {
    write(out, value) {
      const encoded = utf8Bytes(value);
      if (fromUtf8(encoded) !== value) throw new RangeError('text: lone surrogate');
      bytes.write(out, encoded);
    },
    read(input) {
      const encoded = bytes.read(input);
      try {
        return fromUtf8(encoded);
      } catch {
        throw malformed('invalid UTF-8');
      }
    },
  };
}

/** Carries the 16 bytes of an id. */
export function id<T extends AnyId>(): Codec<T> {
  return {
    write: (out, value) => out.bytes(idToBytes(value)),
    read: (input) => idFromBytes<T>(input.bytes(ID_LENGTH)),
  };
}

/** Carries at most `max` items after a 1-byte count. */
export function list<T>(item: Codec<T>, max: number): Codec<readonly T[]> {
  if (max > 0xff) throw new RangeError('list: over 255');
  return {
    write(out, values) {
      if (values.length > max) throw new RangeError(`list: at most ${max} items, got ${values.length}`);
      out.uint(values.length, 1);
      for (const value of values) item.write(out, value);
    },
    read(input) {
      const count = input.uint(1);
      if (count > max) throw malformed('too many items');
      return times(count, () => item.read(input));
    },
  };
}

/** A byte 0 or 1. */
export const flag: Codec<boolean> = {
  write: (out, value) => out.uint(value ? 1 : 0, 1),
  read(input) {
    const value = input.uint(1);
    if (value > 1) throw malformed('flag is neither 0 nor 1');
    return value === 1;
  },
};

/** Carries a byte 0 for `null`, or a byte 1 and the value. */
export function nullable<T>(item: Codec<T>): Codec<T | null> {
  return {
    write(out, value) {
      flag.write(out, value !== null);
      if (value !== null) item.write(out, value);
    },
    read: (input) => (flag.read(input) ? item.read(input) : null),
  };
}

/** Carries the named fields in the order given. */
export function struct<T extends object>(fields: { readonly [K in keyof T]-?: Codec<T[K]> }): Codec<T> {
  const names = Object.keys(fields) as (keyof T)[];
  return {
    write(out, value) {
      for (const name of names) fields[name].write(out, value[name]);
    },
    read(input) {
      const value: Partial<T> = {};
      for (const name of names) value[name] = fields[name].read(input);
      return value as T;
    },
  };
}

/** Carries a leading version byte. @throws SealError UNSUPPORTED_VERSION on any other than `version`. */
export function versioned<T>(version: number, body: Codec<T>): Codec<T> {
  return {
    write(out, value) {
      out.uint(version, 1);
      body.write(out, value);
    },
    read(input) {
      const found = input.uint(1);
      if (found !== version)
        throw new SealError('UNSUPPORTED_VERSION', `decode: version ${found}, expected ${version}`);
      return body.read(input);
    },
  };
}
