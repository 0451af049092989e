import { expect, test } from 'vitest';
import { PARTY_LIMITS } from '@seal-chat/protocol/api';
import { createPatience, type Account, type Verdict } from './patience.ts';

function setUp() {
  const time = { now: 0 };
  return { time, patience: createPatience(() => time.now) };
}

const refuse = (account: Account, count: number): Verdict[] => Array.from({ length: count }, () => account.refuse());

/** Refuses until there is a pause, and lets it pass. @returns the pause, ms */
function provoke(account: Account, time: { now: number }): number {
  for (;;) {
    const verdict = account.refuse();
    if (verdict === 'end') return Infinity;
    time.now += verdict.pauseMs;
    if (verdict.pauseMs > 0) return verdict.pauseMs;
  }
}

test('some refusals are borne, then there are pauses, each twice as long, and at last the socket ends', () => {
  const { time, patience } = setUp();
  const account = patience.of('a');
  expect(refuse(account, PARTY_LIMITS.refusals)).toEqual(
    Array.from({ length: PARTY_LIMITS.refusals }, () => ({ pauseMs: 0 })),
  );
  const pauses = Array.from({ length: 9 }, () => provoke(account, time));
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, Infinity]);
});

test('a party that waits as it is told is never paused', () => {
  const { time, patience } = setUp();
  const account = patience.of('a');
  for (let i = 0; i < 1_000; i++) {
    expect(account.refuse()).toEqual({ pauseMs: 0 });
    time.now += 1_000;
  }
});

test('a party that is quiet for a while begins from the start', () => {
  const { time, patience } = setUp();
  const account = patience.of('a');
  for (let i = 0; i < 5; i++) provoke(account, time);
  time.now += 60_000;
  refuse(account, PARTY_LIMITS.refusals);
  expect(provoke(account, time)).toBe(250);
});

test('another socket of a paused party waits for the rest of the pause, and what is refused meanwhile does not add to it', () => {
  const { time, patience } = setUp();
  refuse(patience.of('a'), PARTY_LIMITS.refusals + 1);
  time.now += 100;
  expect(patience.of('a').pauseLeft()).toBe(150);
  expect(refuse(patience.of('a'), 200).at(-1)).toEqual({ pauseMs: 150 });
  expect(patience.of('b').pauseLeft()).toBe(0);
  expect(patience.of('b').refuse()).toEqual({ pauseMs: 0 });
});

test('a large refused frame counts as many calls', () => {
  const { patience } = setUp();
  const account = patience.of('a');
  expect(account.refuse(2_000_000)).toEqual({ pauseMs: 0 });
  expect(account.refuse(2_000_000)).toEqual({ pauseMs: 250 });
});

test('bytes beyond what may come at once wait until they would have come evenly', () => {
  const { time, patience } = setUp();
  const account = patience.of('a');
  expect(account.transfer(PARTY_LIMITS.bytes)).toBe(0);
  expect(account.transfer(PARTY_LIMITS.bytesPerSecond)).toBe(1_000);
  time.now += 1_500;
  expect(account.transfer(0)).toBe(0);
  expect(account.transfer(PARTY_LIMITS.bytesPerSecond)).toBe(500);
});
