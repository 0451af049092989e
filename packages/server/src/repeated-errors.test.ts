import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createRepeatedErrors } from './repeated-errors.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function opened() {
  const lines: (readonly [kind: string, times: number | undefined])[] = [];
  const errors = createRepeatedErrors();
  onTestFinished(() => errors.close());
  return { lines, errors, see: (kind: string) => errors.see(kind, ({ times }) => void lines.push([kind, times])) };
}

test('the first error of a kind is written at once, those after it as one line a minute with their number', () => {
  const { lines, see } = opened();
  for (let i = 0; i < 1_000; i++) see('a');
  see('b');
  expect(lines.splice(0)).toEqual([
    ['a', undefined],
    ['b', undefined],
  ]);
  vi.advanceTimersByTime(MINUTE);
  expect(lines.splice(0)).toEqual([['a', 999]]);
  see('a');
  see('b');
  expect(lines.splice(0)).toEqual([['b', undefined]]);
  vi.advanceTimersByTime(MINUTE);
  expect(lines.splice(0)).toEqual([['a', 1]]);
  vi.advanceTimersByTime(MINUTE);
  see('a');
  expect(lines).toEqual([['a', undefined]]);
});

test('what was counted is written at the end', () => {
  const { lines, errors, see } = opened();
  see('a');
  see('a');
  errors.close();
  expect(lines).toEqual([
    ['a', undefined],
    ['a', 1],
  ]);
});

test('errors of ever new kinds are written, and not remembered for ever', () => {
  const { lines, see } = opened();
  for (let i = 0; i < 500; i++) see(`kind ${i}`);
  expect(lines).toHaveLength(500);
  see('kind 0');
  expect(lines).toHaveLength(500);
  see('kind 499');
  expect(lines).toHaveLength(501);
});
