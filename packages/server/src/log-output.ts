import { write } from 'node:fs';

/** Where lines of the log go without anybody waiting for them. */
export interface LogOutput {
  /** Takes a line, or drops it when too much waits already. */
  write(line: string): void;
  /** Lines that were dropped since the process began. */
  dropped(): number;
  /** Resolves with whether everything has been written; false when that takes longer than `patienceMs`. */
  flush(patienceMs: number): Promise<boolean>;
}

/** Characters that may wait: a few thousand lines. */
const MAX_WAITING = 1_048_576;
/** A pipe that is full and does not block is tried again after this, ms. */
const FULL_PIPE_MS = 50;

/**
 * Writes lines to the descriptor `fd` in the background, in order. A reader that stops reading, such as a log collector
 * that hangs, costs lines and never time: the process does not wait for it.
 */
export function createLogOutput(fd: number, write_: typeof write = write): LogOutput {
  let waiting: string[] = [];
  let characters = 0;
  let dropped = 0;
  let droppedBefore = 0;
  let isWriting = false;
  let flushed: (() => void)[] = [];

  function next(): void {
    if (isWriting) return;
    if (waiting.length === 0) {
      for (const resolve of flushed) resolve();
      flushed = [];
      return;
    }
    isWriting = true;
    const gap = dropped - droppedBefore;
    droppedBefore = dropped;
    if (gap > 0) waiting.push(`{"level":"warn","dropped":${gap},"msg":"lines of the log were dropped"}\n`);
    const text = Buffer.from(waiting.join(''));
    waiting = [];
    characters = 0;
    put(text);
  }

  function put(bytes: Buffer): void {
    write_(fd, bytes, 0, bytes.length, null, (error, count) => {
      if (error?.code === 'EAGAIN') setTimeout(() => put(bytes), FULL_PIPE_MS).unref();
      else if (error === null && count < bytes.length) put(bytes.subarray(count));
      else {
        // A reader that has closed its end is told nothing more.
        isWriting = false;
        next();
      }
    });
  }

  return {
    write(line) {
      if (characters + line.length > MAX_WAITING) {
        dropped++;
        return;
      }
      waiting.push(line);
      characters += line.length;
      next();
    },
    dropped: () => dropped,
    flush(patienceMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), patienceMs);
        flushed.push(() => {
          clearTimeout(timer);
          resolve(true);
        });
        next();
      });
    },
  };
}
