import { expect, test } from 'vitest';
import { createRounds } from './rounds.ts';

/** Rounds on a clock and an event loop that the test plays. */
function setUp() {
  const time = { now: 0 };
  const turns: (() => void)[] = [];
  const rounds = createRounds(
    { share: 1, turn: 4 },
    { clock: () => time.now, onNextTurn: (run) => void turns.push(run) },
  );
  const done: string[] = [];
  /** A place with `count` pieces of work of `cost` ms each. */
  function place(party: string, name: string, count: number, cost = 0.5) {
    let left = count;
    return rounds.join(party, () => {
      time.now += cost;
      done.push(name);
      return --left > 0;
    });
  }
  return { rounds, time, done, place, nextTurn: () => turns.shift()?.(), isIdle: () => turns.length === 0 };
}

test('who comes first is served at once, as far as a share goes', () => {
  const { done, place } = setUp();
  place('a', 'a', 10).wake();
  expect(done).toEqual(['a', 'a']);
});

test('who comes while another has very much to do is served in the same turn', () => {
  const { done, place, nextTurn } = setUp();
  place('loud', 'loud', 1_000).wake();
  nextTurn();
  const before = done.length;
  place('quiet', 'quiet', 1).wake();
  expect(done.slice(before)).toEqual(['quiet']);
});

test('parties that both have much to do get equally much of each turn, whatever number of places they have', () => {
  const { done, place, nextTurn } = setUp();
  const many = Array.from({ length: 20 }, (_, i) => place('many', `many ${i}`, 100));
  for (const one of many) one.wake();
  place('one', 'one', 100).wake();
  for (let i = 0; i < 10; i++) nextTurn();
  const ones = done.filter((name) => name === 'one').length;
  expect(Math.abs(ones - (done.length - ones))).toBeLessThanOrEqual(4);
});

test('the places of one party take turns', () => {
  const { done, place, nextTurn } = setUp();
  place('tenant', 'noisy', 100).wake();
  place('tenant', 'other', 2).wake();
  nextTurn();
  nextTurn();
  expect(done.indexOf('other')).toBeLessThan(5);
});

test('the loop is given back after a turn, and what is left follows', () => {
  const { time, done, place, nextTurn, isIdle } = setUp();
  place('a', 'a', 30).wake();
  const before = time.now;
  nextTurn();
  expect(time.now - before).toBeLessThanOrEqual(4.5);
  for (let i = 0; i < 10 && !isIdle(); i++) nextTurn();
  expect(done).toHaveLength(30);
  expect(isIdle()).toBe(true);
});

test('a piece that takes long is taken off the shares that follow', () => {
  const { done, place, nextTurn } = setUp();
  place('heavy', 'heavy', 10, 6).wake();
  place('light', 'light', 100).wake();
  for (let i = 0; i < 4; i++) nextTurn();
  const light = done.lastIndexOf('light');
  const between = done.slice(0, light).filter((name) => name === 'heavy').length;
  expect(between * 6).toBeLessThanOrEqual(light * 0.5 + 6);
});

test('work that comes up in the middle of a piece is done after it', () => {
  const { done, rounds, nextTurn } = setUp();
  const place = rounds.join('a', () => {
    done.push('piece');
    if (done.length < 3) place.wake();
    return false;
  });
  place.wake();
  nextTurn();
  expect(done).toEqual(['piece', 'piece', 'piece']);
});

test('single pieces wait for their turn', async () => {
  const { rounds, nextTurn } = setUp();
  const begun: number[] = [];
  for (let i = 0; i < 20; i++) void rounds.once('a', 0.5).then(() => begun.push(i));
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  nextTurn();
  await Promise.resolve();
  expect(begun).toHaveLength(10);
});
