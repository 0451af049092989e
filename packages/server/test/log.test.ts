import type { write as Write } from 'node:fs';
import { expect, test } from 'vitest';
import { createLogOutput } from '../src/log-output.ts';

/** `fs.write` of a reader that takes what a test lets it take. */
function slowReader() {
  const taken: string[] = [];
  const held: (() => void)[] = [];
  const write = ((
    _fd: number,
    bytes: Buffer,
    _offset: number,
    _length: number,
    _at: null,
    done: (error: null, count: number) => void,
  ) => {
    held.push(() => {
      taken.push(bytes.toString());
      done(null, bytes.length);
    });
  }) as unknown as typeof Write;
  return { write, taken, held };
}

test('lines arrive whole and in order; what is too much is dropped and counted, and said afterwards', async () => {
  const { write, taken, held } = slowReader();
  const output = createLogOutput(2, write);
  output.write('first\n');
  const line = `${'x'.repeat(1_023)}\n`;
  for (let i = 0; i < 2_000; i++) output.write(line);
  expect(output.dropped()).toBe(2_000 - 1_024);
  expect(await output.flush(1)).toBe(false);
  while (held.length > 0) held.shift()!();
  expect(await output.flush(10_000)).toBe(true);
  expect(taken[0]).toBe('first\n');
  expect(taken[1]!.startsWith(line.repeat(1_024))).toBe(true);
  expect(taken.join('')).toContain(`"dropped":${2_000 - 1_024}`);
});
