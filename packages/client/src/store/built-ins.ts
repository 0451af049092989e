/**
 * The built-ins that rows are encoded with, as they were when this file was loaded. A page may bring scripts that replace
 * or extend them, before or after: those that come after are not met here, and those that came before are found by
 * `check-realm.ts`. Nothing durable goes through a hook of the page, such as `toJSON`.
 */

/** A method as a function of its object, whatever `Function.prototype` becomes. */
const unbound = Function.prototype.bind.bind(Function.prototype.call) as <Self, Input extends readonly unknown[], T>(
  method: (this: Self, ...input: Input) => T,
) => (self: Self, ...input: Input) => T;

export const { isArray } = Array;
export const keysOf: (value: object) => string[] = Object.keys;
export const BytesClass = Uint8Array;

type Bytes = Uint8Array<ArrayBuffer>;
const bytes = Uint8Array.prototype as Bytes;
export const setBytes: (target: Uint8Array, source: ArrayLike<number>, at: number) => void = unbound(bytes.set);
export const copyOf: (from: Bytes, start: number, end: number) => Bytes = unbound(bytes.slice);
export const viewOf: (from: Bytes, start: number, end: number) => Bytes = unbound(bytes.subarray);
export const fillBytes: (target: Uint8Array, value: number, start: number, end: number) => unknown = unbound(
  bytes.fill,
);

export const partOf: (text: string, start: number, end: number) => string = unbound(String.prototype.substring);

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const encodeText: (self: TextEncoder, text: string) => Bytes = unbound(TextEncoder.prototype.encode);
const decodeText: (self: TextDecoder, input: Bytes) => string = unbound(TextDecoder.prototype.decode);
/** UTF-8. A lone surrogate becomes U+FFFD: its length in UTF-16 stays. */
export const textBytes = (text: string): Bytes => encodeText(encoder, text);
export const textOf = (utf8: Bytes): string => decodeText(decoder, utf8);

const numbers = new DataView(new ArrayBuffer(8));
const setFloat: (self: DataView, at: number, value: number) => void = unbound(DataView.prototype.setFloat64);
const getFloat: (self: DataView, at: number) => number = unbound(DataView.prototype.getFloat64);
const numberBytes = new Uint8Array(numbers.buffer);
/** IEEE 754, 8 bytes, big-endian; valid until the next call. */
export const floatBytes = (value: number): Uint8Array => {
  setFloat(numbers, 0, value);
  return numberBytes;
};
export const floatOf = (from: Uint8Array): number => {
  setBytes(numberBytes, from, 0);
  return getFloat(numbers, 0);
};
