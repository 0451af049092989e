import { RATCHET_LIMITS, asKey } from '@seal-chat/protocol';
import { expect, it } from 'vitest';
import { reachMessage, type ReceiverChain } from './receiver-chain.ts';

const start: ReceiverChain = {
  ratchetKey: asKey(new Uint8Array(32)),
  chainKey: asKey(new Uint8Array(32).fill(1)),
  n: 0,
  skipped: [],
  forgottenBelow: 0,
};
const { maxSkippedKeys, maxSkipPerMessage } = RATCHET_LIMITS;

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
