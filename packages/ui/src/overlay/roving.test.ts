import { expect, it } from 'vitest';
import { rovingTarget } from './roving.ts';

it('leads to the next and the previous item, and stays at the ends', () => {
  expect(rovingTarget('ArrowDown', 0, 3)).toBe(1);
  expect(rovingTarget('ArrowDown', 2, 3)).toBe(2);
  expect(rovingTarget('ArrowUp', 1, 3)).toBe(0);
  expect(rovingTarget('ArrowUp', 0, 3)).toBe(0);
  expect(rovingTarget('Home', 2, 3)).toBe(0);
  expect(rovingTarget('End', 0, 3)).toBe(2);
});

it('means nothing for other keys and for no items', () => {
  expect(rovingTarget('a', 0, 3)).toBeNull();
  expect(rovingTarget('End', -1, 0)).toBeNull();
});
