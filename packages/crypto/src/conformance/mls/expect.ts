import { toHex } from '@seal-chat/protocol';
import type { Decoder } from 'ts-mls/codec/tlsDecoder.js';

/** @throws Error naming `what` unless both are the same */
export function same(what: string, actual: Uint8Array, expected: Uint8Array): void {
  if (toHex(actual) !== toHex(expected)) throw new Error(`${what}: ${toHex(actual)} for ${toHex(expected)}`);
}

/** @throws Error naming `what` */
export function holds(what: string, condition: boolean): void {
  if (!condition) throw new Error(what);
}

/** The value that all of `bytes` encode. */
export function decodeAll<T>(what: string, decoder: Decoder<T>, bytes: Uint8Array): T {
  const result = decoder(bytes, 0);
  if (result === undefined || result[1] !== bytes.length) throw new Error(`${what}: cannot be decoded`);
  return result[0];
}
