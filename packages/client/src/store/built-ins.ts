/**
 * The built-ins that rows are encoded with, as they were when this file was loaded. A page may bring scripts that replace
 * or extend them, before or after: those that come after are not met here, and those that came before are found by
 * `check-realm.ts`. Nothing durable goes through a hook of the page, such as `toJSON`.
 */

type Method = (this: never, ...input: never[]) => unknown;

/** A method as a function of its object, whatever `Function.prototype` becomes. */
const uncurried = Function.prototype.bind.bind(Function.prototype.call) as <M extends Method>(
  method: M,
) => (self: ThisParameterType<M>, ...input: Parameters<M>) => ReturnType<M>;

export const { isArray } = Array;
export const keysOf: (value: object) => string[] = Object.keys;
export const BytesClass = Uint8Array;

const bytes = Uint8Array.prototype;
export const setBytes = uncurried(bytes.set as (this: Uint8Array, source: ArrayLike<number>, at: number) => void);
export const copyOf = uncurried(
  bytes.slice as (this: Uint8Array<ArrayBuffer>, start: number, end: number) => Uint8Array<ArrayBuffer>,
);
export const viewOf = uncurried(
  bytes.subarray as (this: Uint8Array<ArrayBuffer>, start: number, end: number) => Uint8Array<ArrayBuffer>,
);
export const fillBytes = uncurried(bytes.fill as (this: Uint8Array, value: number, start: number, end: number) => void);

export const partOf = uncurried(String.prototype.substring as (this: string, start: number, end: number) => string);

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const encodeText = uncurried(
  TextEncoder.prototype.encode as (this: TextEncoder, text: string) => Uint8Array<ArrayBuffer>,
);
const decodeText = uncurried(TextDecoder.prototype.decode as (this: TextDecoder, input: Uint8Array) => string);
/** UTF-8. A lone surrogate becomes U+FFFD: its length in UTF-16 stays. */
export const textBytes = (text: string): Uint8Array<ArrayBuffer> => encodeText(encoder, text);
export const textOf = (utf8: Uint8Array): string => decodeText(decoder, utf8);

const numbers = new DataView(new ArrayBuffer(8));
const setFloat = uncurried(DataView.prototype.setFloat64 as (this: DataView, at: number, value: number) => void);
const getFloat = uncurried(DataView.prototype.getFloat64 as (this: DataView, at: number) => number);
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
