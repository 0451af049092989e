import type { Bytes } from '@seal-chat/protocol';
import { beforeEach, expect, it, vi } from 'vitest';
import { ratchetPair, ratchetReceive, ratchetSend, type RatchetEnd } from '../../test/ratchet.ts';
import { advanceChainKey, skipChainKey } from './chain-key.ts';
import type { RatchetState, ResponderState } from './double-ratchet.ts';
import { combineMessageKeys } from './message-key.ts';
import { advanceRootKey } from './root-key.ts';

vi.mock(import('./chain-key.ts'), { spy: true });
vi.mock(import('./message-key.ts'), { spy: true });
vi.mock(import('./root-key.ts'), { spy: true });

/** Keys that were derived since the last call. */
function derived(): Bytes[] {
  const returned = [advanceRootKey, advanceChainKey, skipChainKey, combineMessageKeys].flatMap((derive) =>
    vi.mocked<(...given: never[]) => unknown>(derive).mock.results.map(({ value }): unknown => value),
  );
  vi.clearAllMocks();
  return returned.flatMap(bytesIn);
}

function bytesIn(value: unknown): Bytes[] {
  if (value instanceof Uint8Array) return [value as Bytes];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(bytesIn) : [];
}

type End = RatchetEnd<RatchetState | ResponderState>;

/** How many keys were derived that are neither in the states of these ends nor overwritten. */
function leftovers(...ends: readonly End[]): number {
  const kept = new Set(ends.flatMap(({ state }) => bytesIn(state)));
  const all = derived();
  expect(all.length).toBeGreaterThan(0);
  return all.filter((key) => !kept.has(key) && key.some((byte) => byte !== 0)).length;
}

let alice: RatchetEnd;
let bob: End;

beforeEach(async () => {
  ({ alice, bob } = await ratchetPair());
  derived();
});

it('sending leaves no key behind but those of the state', () => {
  ratchetSend(alice, 'x');
  expect(leftovers(alice)).toBe(0);
});

it('receiving leaves no key behind but those of the state: in a chain, over a gap, and by a ratchet step', async () => {
  await ratchetReceive(bob, ratchetSend(alice, 'by a step'));
  expect(leftovers(alice, bob)).toBe(0);
  await ratchetReceive(bob, ratchetSend(alice, 'in the chain'));
  expect(leftovers(alice, bob)).toBe(0);
  const sent = ['missing', 'missing', 'over a gap', 'missing', 'missing'].map((text) => ratchetSend(alice, text));
  derived();
  await ratchetReceive(bob, sent[2]!);
  expect(leftovers(bob)).toBe(0);
  await ratchetReceive(alice, ratchetSend(bob, 'turn'));
  const late = ['missing', 'missing', 'by a step over two gaps'].map((text) => ratchetSend(alice, text));
  derived();
  await ratchetReceive(bob, late[2]!);
  expect(leftovers(bob)).toBe(0);
});
