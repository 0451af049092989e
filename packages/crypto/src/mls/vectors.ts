import { malformed, type ByteReader, type Bytes } from '@seal-chat/protocol';

/** Vectors with a length of variable size before them (RFC 9420 §2.1.2), whose one encoding is the shortest. */

/** Reads a copy of the bytes of a vector. @throws SealError MALFORMED at the end of input and on a longer encoding */
export function readVector(input: ByteReader): Bytes {
  const first = input.uint(1);
  const [size, least] = SIZES[first >> 6]!;
  let length = first & 0x3f;
  for (let i = 1; i < size; i++) length = 256 * length + input.uint(1);
  if (length < least) throw malformed('a length is not as short as it can be');
  return input.bytes(length);
}

/** Bytes of a length by its first two bits, and the least length that needs as many. RFC 9420 has none of 8 bytes. */
const SIZES: readonly (readonly [size: number, least: number])[] = [
  [1, 0],
  [2, 64],
  [4, 2 ** 14],
  [1, Infinity],
];
