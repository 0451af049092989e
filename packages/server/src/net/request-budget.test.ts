import { expect, test } from 'vitest';
import { createRequestBudget } from './request-budget.ts';

/** Of 600 a minute, 60 may come at once, and 10 come back in a second. */
function setUp() {
  const time = { now: 0 };
  return { time, budget: createRequestBudget(600, () => time.now) };
}

const times = <T>(count: number, take: () => T) => Array.from({ length: count }, take);

test('a tenth of a minute may come at once, and what follows waits so that it comes evenly', () => {
  const { time, budget } = setUp();
  expect(times(60, () => budget.take('a'))).toEqual(Array(60).fill(0));
  expect(times(3, () => budget.take('a'))).toEqual([100, 200, 300]);
  time.now += 300;
  expect(budget.take('a')).toBe(100);
  time.now += 3_600_000;
  expect(times(60, () => budget.take('a'))).toEqual(Array(60).fill(0));
});

test('a request that would wait for more than ten seconds is refused, and takes nothing from what may come', () => {
  const { time, budget } = setUp();
  const waits = times(200, () => budget.take('a'));
  expect(waits.filter((wait) => wait !== null)).toHaveLength(160);
  time.now += 1_000;
  expect(times(11, () => budget.take('a')).filter((wait) => wait !== null)).toHaveLength(10);
});

test('a large request counts as many', () => {
  const { budget } = setUp();
  expect(budget.take('a', 70)).toBe(0);
  expect(budget.take('a')).toBe(1_100);
});

test('one address takes nothing from another', () => {
  const { budget } = setUp();
  times(500, () => budget.take('a'));
  expect(times(60, () => budget.take('b'))).toEqual(Array(60).fill(0));
  expect(budget.isShut('b')).toBe(false);
});

test('an address that goes on is shut out for two seconds, and then waits again', () => {
  const { time, budget } = setUp();
  times(160 + 49, () => budget.take('a'));
  expect(budget.isShut('a')).toBe(false);
  budget.take('a');
  expect(budget.isShut('a')).toBe(true);
  time.now += 2_000;
  expect(budget.isShut('a')).toBe(false);
  expect(budget.take('a')).toBe(8_100);
});
