import type { Bytes } from '@seal-chat/protocol';

/** A block of a stream, and whether the stream ends with it. */
export interface Block {
  readonly bytes: Bytes;
  readonly isLast: boolean;
}

/**
 * Cuts a stream of pieces of any length into blocks of `length` bytes; the last may be shorter, and an empty stream is
 * one empty block. A full block waits until it is known whether more follows. What a piece holds is not copied when a
 * block lies within it, so the source must not write to pieces it has given away.
 */
export async function* cut(source: AsyncIterable<Bytes>, length: number): AsyncGenerator<Block, void, undefined> {
  let full: Bytes | null = null;
  let open: Bytes = new Uint8Array(length);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      if (full !== null) {
        yield { bytes: full, isLast: false };
        full = null;
      }
      const taken = Math.min(length - filled, piece.length - at);
      if (taken === length) {
        full = piece.subarray(at, at + length);
      } else {
        open.set(piece.subarray(at, at + taken), filled);
        filled += taken;
        if (filled === length) {
          full = open;
          open = new Uint8Array(length);
          filled = 0;
        }
      }
      at += taken;
    }
  }
  yield { bytes: full ?? open.subarray(0, filled), isLast: true };
}

/**
 * Runs `work` on several items at once and passes the results on in order. Nothing more is taken from the source while
 * `limit` results wait: a slow reader slows the source down. An error of `work` comes in its place,
 * after every result before it.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is awaited in its turn; an earlier error may come first.
    result.catch(() => undefined);
    running.push(result);
    if (running.length >= limit) yield await running.shift()!;
  }
  for (const result of running) yield await result;
}
