/** Byte helpers shared by every package. All functions are pure; inputs are never mutated unless the name says so. */

/** Bytes backed by a plain `ArrayBuffer`, which is what WebCrypto and IndexedDB take. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns the UTF-8 bytes of `text`. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Returns the text of `bytes`. @throws TypeError when they are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Returns one array holding all `parts` in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * Tells whether `a` and `b` hold the same bytes. The time taken depends on the lengths only, so it is fit
 * for comparing secrets of public length.
 */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Overwrites every array with zeros: best effort, as a JavaScript engine may keep copies. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** Returns `count` items. Not by `Array.from`, which old libraries on a page replace with one that makes none. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(make(i));
  return items;
}

/** Both digits of every byte: ids are converted on the hot path of a message. */
const HEX: readonly string[] = times(256, (byte) => byte.toString(16).padStart(2, '0'));

/** Returns the lower-case hexadecimal of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += HEX[byte]!;
  return out;
}

/** Bytes of a hexadecimal string. @throws RangeError on an odd length or a character outside 0-9a-f. */
export function fromHex(hex: string): Bytes {
  if (hex.length % 2 !== 0) throw new RangeError('hex: not hex');
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++)
    out[i] = (hexDigit(hex.charCodeAt(2 * i)) << 4) | hexDigit(hex.charCodeAt(2 * i + 1));
  return out;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x66) return lower - 0x57;
  throw new RangeError('hex: not hex');
}
