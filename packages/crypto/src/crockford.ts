import type { Bytes } from '@seal-chat/protocol';

/** Crockford's base32 (https://www.crockford.com/base32.html): codes that people read aloud and type. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS = 5;
const GROUP = 4;

/** Returns the first `5 * symbols` bits of `bytes`, as symbols in groups of four with hyphens between. */
export function toCrockford(bytes: Uint8Array, symbols: number): string {
  let text = '';
  for (let i = 0; i < symbols; i++) {
    if (i > 0 && i % GROUP === 0) text += '-';
    let value = 0;
    for (let bit = i * BITS; bit < (i + 1) * BITS; bit++) {
      value = (value << 1) | ((bytes[bit >> 3]! >> (7 - (bit & 7))) & 1);
    }
    text += ALPHABET[value]!;
  }
  return text;
}

/**
 * Returns the bits of a code of exactly `symbols` symbols, filled up with zeros to whole bytes; null when it is none.
 * Case, spaces, hyphens and full-width letters make no difference; O reads as 0, I and L read as 1.
 */
export function fromCrockford(text: string, symbols: number): Bytes | null {
  const typed = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}_.]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (typed.length !== symbols) return null;
  const bytes = new Uint8Array(Math.ceil((symbols * BITS) / 8));
  for (let i = 0; i < symbols; i++) {
    const value = ALPHABET.indexOf(typed[i]!);
    if (value === -1) return null;
    for (let k = 0; k < BITS; k++) {
      const bit = i * BITS + k;
      bytes[bit >> 3] = bytes[bit >> 3]! | (((value >> (BITS - 1 - k)) & 1) << (7 - (bit & 7)));
    }
  }
  return bytes;
}
