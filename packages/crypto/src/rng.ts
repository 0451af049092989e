import type { Bytes } from '@seal-chat/protocol';

/**
 * A source of random bytes, handed in by the caller: nothing in this package reaches for a global. In a product it
 * is `bufferedRng` over `crypto.getRandomValues`; in tests a seeded generator that makes a run repeatable.
 */
export type Rng = (length: number) => Bytes;

const BUFFER_LENGTH = 1024;

/**
 * Hands out random bytes from `fill`, asked for 1 KiB at a time: a call costs an engine about 2 us however little it
 * asks for, a twentieth of a message. What was handed out is overwritten in the buffer.
 * @param fill overwrites all of its argument with random bytes, as `crypto.getRandomValues` does
 */
export function bufferedRng(fill: (bytes: Bytes) => void): Rng {
  const buffer = new Uint8Array(BUFFER_LENGTH);
  let at = BUFFER_LENGTH;
  return (length) => {
    if (length > BUFFER_LENGTH) {
      const bytes = new Uint8Array(length);
      fill(bytes);
      return bytes;
    }
    if (at + length > BUFFER_LENGTH) {
      fill(buffer);
      at = 0;
    }
    const bytes = buffer.slice(at, at + length);
    buffer.fill(0, at, at + length);
    at += length;
    return bytes;
  };
}
