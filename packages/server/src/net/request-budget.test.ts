import { expect, test } from 'vitest';
import { createRequestBudget } from './request-budget.ts';

function setUp(perMinute: number) {
  const time = { now: 0 };
  return { time, budget: createRequestBudget(perMinute, () => time.now) };
}

const takes = (count: number, take: () => boolean) => Array.from({ length: count }, take).filter(Boolean).length;

test('a tenth of a minute may come at once, and the rest evenly', () => {
  const { time, budget } = setUp(600);
  expect(takes(100, () => budget.take('a'))).toBe(60);
  time.now += 1_000;
  expect(takes(40, () => budget.take('a'))).toBe(10);
  time.now += 3_600_000;
  expect(takes(100, () => budget.take('a'))).toBe(60);
});

test('one address takes nothing from another', () => {
  const { budget } = setUp(600);
  takes(500, () => budget.take('a'));
  expect(takes(60, () => budget.take('b'))).toBe(60);
  expect(budget.isShut('b')).toBe(false);
});

test('an address that goes on is shut out for two seconds, and one that waits is not', () => {
  const { time, budget } = setUp(600);
  takes(60 + 49, () => budget.take('a'));
  expect(budget.isShut('a')).toBe(false);
  budget.take('a');
  expect(budget.isShut('a')).toBe(true);
  time.now += 2_000;
  expect(budget.isShut('a')).toBe(false);
  // It has something left again, so it begins to be refused from the start.
  expect(takes(30, () => budget.take('a'))).toBe(20);
  expect(budget.isShut('a')).toBe(false);
});
