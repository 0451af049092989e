import { concatBytes, utf8, type Bytes } from '@seal-chat/protocol';
import type { HashFamily } from '../hpke/hashes.ts';

const NO_BYTES: Bytes = new Uint8Array(0);

/** Computes ExpandWithLabel of RFC 9420 §8, synchronous. `context` is shorter than 16 KB. */
export function expandWithLabel(
  hash: HashFamily,
  secret: Uint8Array,
  label: string,
  context: Uint8Array = NO_BYTES,
  length: number = hash.size,
): Bytes {
  const name = utf8(`MLS 1.0 ${label}`);
  const info = concatBytes(Uint8Array.of(length >> 8, length & 0xff), prefix(name), name, prefix(context), context);
  return hash.expand(secret, info, length);
}

/** The length of a vector in the variable-size encoding of §2.1.2. */
function prefix({ length }: Uint8Array): Bytes {
  return length < 64 ? Uint8Array.of(length) : Uint8Array.of(0x40 | (length >> 8), length & 0xff);
}
