import { RATCHET_LIMITS, asKey } from '@seal-chat/protocol';
import { expect, it } from 'vitest';
import { changedBytes, deepFreeze } from '../../test/deep-freeze.ts';
import { endChain, keepSkipped, limitSkippedKeys, reachMessage, type ReceiverChain } from './receiver-chain.ts';

const start: ReceiverChain = {
  ratchetKey: asKey(new Uint8Array(32)),
  chainKey: asKey(new Uint8Array(32).fill(1)),
  n: 0,
  skipped: [],
  forgottenBelow: 0,
};
const { maxSkippedKeys, maxSkipPerMessage, skippedKeyLifetimeMs } = RATCHET_LIMITS;
const refusal = (code: string) => expect.objectContaining({ code });
const numbersIn = ({ skipped }: ReceiverChain) => skipped.map(({ n }) => n);

it('derives no more keys on the way to a message than a session keeps', () => {
  const { chain } = reachMessage(start, maxSkipPerMessage, 5, null);
  expect(chain.skipped).toHaveLength(maxSkippedKeys);
  expect(chain.skipped[0]).toMatchObject({ n: maxSkipPerMessage - maxSkippedKeys, storedAt: 5 });
  expect(chain.forgottenBelow).toBe(maxSkipPerMessage - maxSkippedKeys);
});

it('reaches the same key in one jump and message by message', () => {
  const jump = reachMessage(start, 40, 5, null);
  let chain = start;
  for (let n = 0; n < 40; n++) {
    const step = reachMessage(chain, n, 5, null);
    expect(jump.chain.skipped[n]!.key).toEqual(step.key);
    chain = step.chain;
  }
  expect(reachMessage(chain, 40, 5, null)).toEqual({ ...jump, chain: { ...jump.chain, skipped: [] } });
});

it('is left as it was when the next one is derived, which may come to nothing', () => {
  const given = deepFreeze(structuredClone(start));
  for (const n of [0, 3]) {
    reachMessage(given, n, 5, null);
    endChain(given, n, 5, null);
  }
  const { chain } = reachMessage(given, 3, 5, null);
  reachMessage(deepFreeze(chain), 1, 5, null).key.fill(0);
  expect(changedBytes()).toBe(0);
});

it('opens what is missing before its end, and nothing beyond', () => {
  const ended = endChain(start, 3, 5, null);
  expect(ended).toMatchObject({ chainKey: null, n: 3 });
  expect(numbersIn(ended)).toEqual([0, 1, 2]);
  expect(reachMessage(ended, 1, 5, null).key).toEqual(reachMessage(start, 1, 5, null).key);
  for (const n of [3, 4]) expect(() => reachMessage(ended, n, 5, null)).toThrow(refusal('UNDECRYPTABLE'));
  const { chain } = reachMessage(start, 3, 5, null);
  expect(endChain(chain, 2, 5, null)).toMatchObject({ chainKey: null, n: 4 });
});

it('says of a key that it may have thrown away that it is gone, and of any other that it was used', () => {
  const { chain } = reachMessage(start, 4, 5, null);
  const [zero, one, , three] = chain.skipped;
  expect(keepSkipped(chain, new Set(chain.skipped))).toBe(chain);
  const kept = keepSkipped(chain, new Set([zero!, one!, three!]));
  expect([numbersIn(kept), kept.forgottenBelow]).toEqual([[0, 1, 3], 3]);
  const opened = [0, 3].reduce((before, n) => reachMessage(before, n, 5, null).chain, kept);
  for (const n of [0, 2]) expect(() => reachMessage(opened, n, 5, null)).toThrow(refusal('UNDECRYPTABLE'));
  for (const n of [3, 4]) expect(() => reachMessage(opened, n, 5, null)).toThrow(refusal('DUPLICATE_MESSAGE'));
  expect(keepSkipped(kept, new Set([one!, three!])).forgottenBelow).toBe(3);
});

it('loses the keys that are too old, and none that is as old as allowed', () => {
  const { chain } = reachMessage(start, 2, 5, null);
  expect(limitSkippedKeys([start, chain], 5 + skippedKeyLifetimeMs)).toEqual([start, chain]);
  const [, later] = limitSkippedKeys([start, chain], 6 + skippedKeyLifetimeMs);
  expect(later).toMatchObject({ skipped: [], forgottenBelow: 2 });
});
