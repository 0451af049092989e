import type { Bytes } from './bytes.ts';

/** base64url without padding (RFC 4648 §5), strict: one text for each byte string and no other accepted. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const INVALID = 0xff;
const VALUES: Uint8Array = new Uint8Array(128).fill(INVALID);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Characters needed for `byteLength` bytes. */
export function base64Length(byteLength: number): number {
  return Math.ceil((byteLength * 4) / 3);
}

/** Returns the base64url text of `bytes`, without padding. */
export function toBase64(bytes: Uint8Array): string {
  let out = '';
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    out += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]! + ALPHABET[(word >> 6) & 63]! + ALPHABET[word & 63]!;
  }
  const rest = bytes.length - i;
  if (rest === 1) out += ALPHABET[bytes[i]! >> 2]! + ALPHABET[(bytes[i]! & 3) << 4]!;
  if (rest === 2) {
    const word = (bytes[i]! << 8) | bytes[i + 1]!;
    out += ALPHABET[word >> 10]! + ALPHABET[(word >> 4) & 63]! + ALPHABET[(word & 15) << 2]!;
  }
  return out;
}

/** Bytes of base64url `text`, or `null` when the text is not the canonical form of any byte string. */
export function fromBase64(text: string): Bytes | null {
  const rest = text.length & 3;
  if (rest === 1) return null;
  const out = new Uint8Array((text.length * 3) >> 2);
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? VALUES[code]! : INVALID;
    if (value === INVALID) return null;
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (word >> bits) & 0xff;
    }
  }
  const unusedBits = word & ((1 << bits) - 1);
  return unusedBits === 0 ? out : null;
}
