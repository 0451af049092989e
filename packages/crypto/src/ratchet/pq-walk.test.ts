import { RATCHET_LIMITS, asKey, isSealError, type ErrorCode } from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import { deepFreeze, changedBytes } from '../../test/deep-freeze.ts';
import type { KemSecret, PqMessageKey, PqSharedSecret } from '../keys.ts';
import { deriveEpoch } from './pq-epoch.ts';
import { startPqRatchet, takePqKey, walkTo, type PqExchange, type PqState } from './pq-ratchet.ts';

const NOW = 1_700_000_000_000;
const { maxMessageNumber } = RATCHET_LIMITS;

const first = (isInitiator: boolean): PqState =>
  startPqRatchet(asKey<PqSharedSecret>(new Uint8Array(32).fill(1)), isInitiator, NOW);

/** The epoch after the first, as one side has it. */
const second = (isInitiator: boolean) =>
  deriveEpoch({
    epoch: 1,
    secret: asKey<KemSecret>(new Uint8Array(32).fill(2)),
    previous: first(isInitiator).epochSecret,
    isInitiator,
  });

/** Bob, who has heard `heard` messages of the first epoch and is at a step of the exchange. */
function receiver(step: PqExchange['step'], heard = 0): PqState {
  const { sending, receiving } = second(false);
  const exchanges: { readonly [S in PqExchange['step']]: PqExchange } = {
    idle: { step: 'idle' },
    offered: {
      step: 'offered',
      seed: asKey(new Uint8Array(64)),
      encapsulationKey: asKey(new Uint8Array(1184)),
      sent: 0,
    },
    answered: { step: 'answered', ciphertext: new Uint8Array(1088), sent: 0, sending, receiving },
    entered: { step: 'entered', receiving },
  };
  const state = { ...first(false), exchange: exchanges[step], messages: 7 };
  if (heard === 0) return deepFreeze(state);
  const walk = walkTo(state, { epoch: 0, n: heard - 1, message: null }, heard - 1);
  for (let n = 0; n < heard; n++) walk.pass();
  return deepFreeze({ ...state, receiving: walk.arrive(NOW).receiving });
}

/** The keys of what Alice sends: so many messages in the first epoch, then so many in the second. */
function keysOfAlice(inFirst: number, inSecond: number): PqMessageKey[] {
  const keys: PqMessageKey[] = [];
  let state = first(true);
  for (let i = 0; i < inFirst + inSecond; i++) {
    if (i === inFirst) state = { ...state, sending: second(true).sending };
    const taken = takePqKey(state);
    keys.push(taken.messageKey);
    state = taken.state;
  }
  return keys;
}

function codeAt(state: PqState, epoch: number, n: number, missing: number): ErrorCode | 'fine' {
  try {
    walkTo(state, { epoch, n, message: null }, missing);
    return 'fine';
  } catch (error) {
    if (!isSealError(error)) throw error;
    return error.code;
  }
}

describe('the way to a message', () => {
  it('is refused where the number fits nothing that is missing', () => {
    const state = receiver('idle', 3);
    expect(codeAt(state, 0, 3, 0)).toBe('fine');
    expect(codeAt(state, 0, 5, 2)).toBe('fine');
    for (const [n, missing] of [
      [2, 0],
      [4, 0],
      [3, 1],
      [5, 1],
    ] as const)
      expect(codeAt(state, 0, n, missing), `${n} after ${missing}`).toBe('UNDECRYPTABLE');
  });

  it('leads into the next epoch once this side has its keys, and never into the one after', () => {
    for (const step of ['idle', 'offered'] as const)
      expect(codeAt(receiver(step), 1, 0, 0), step).toBe('UNDECRYPTABLE');
    for (const step of ['answered', 'entered'] as const) {
      const state = receiver(step);
      expect(codeAt(state, 1, 0, 0), step).toBe('fine');
      // Of four that are missing, two were sent in the first epoch.
      expect(codeAt(state, 1, 2, 4), step).toBe('fine');
      expect(codeAt(state, 1, 4, 4), step).toBe('fine');
      expect(codeAt(state, 1, 5, 4), step).toBe('UNDECRYPTABLE');
      expect(codeAt(state, 2, 0, 0), step).toBe('UNDECRYPTABLE');
    }
  });

  it('passes the keys of the sender, one after the other, from one epoch into the next', () => {
    const keys = keysOfAlice(5, 4);
    for (const step of ['answered', 'entered'] as const) {
      const walk = walkTo(receiver(step, 2), { epoch: 1, n: 3, message: null }, 6);
      expect(keys.slice(2).map(() => walk.next())).toEqual(keys.slice(2));
    }
    expect(changedBytes()).toBe(0);
  });

  it('is as long for keys that are passed over', () => {
    const keys = keysOfAlice(5, 4);
    // Passed over up to the last of the first epoch, to the first of the second, and beyond.
    for (const passed of [2, 3, 4, 5]) {
      const walk = walkTo(receiver('entered', 2), { epoch: 1, n: 3, message: null }, 6);
      for (let i = 0; i < passed; i++) walk.pass();
      expect(walk.next(), String(passed)).toEqual(keys[2 + passed]);
    }
    expect(changedBytes()).toBe(0);
  });

  it('leaves no key behind that leads to those it has passed', () => {
    const walk = walkTo(receiver('answered', 2), { epoch: 1, n: 1, message: null }, 4);
    walk.next();
    const behind = [walk.arrive(NOW).receiving.chainKey];
    walk.pass();
    behind.push(walk.arrive(NOW).receiving.chainKey);
    walk.next();
    const last = walk.arrive(NOW).receiving.chainKey;
    walk.next();
    expect(behind.map((key) => key.every((byte) => byte === 0))).toEqual([true, true]);
    expect(last.every((byte) => byte === 0)).toBe(true);
    expect(walk.arrive(NOW).receiving.chainKey.every((byte) => byte === 0)).toBe(false);
    expect(changedBytes()).toBe(0);
  });
});

describe('arriving at a message', () => {
  const arrive = (state: PqState, epoch: number) => {
    const walk = walkTo(state, { epoch, n: epoch === 0 ? state.receiving.n : 0, message: null }, 0);
    walk.next();
    return walk.arrive(NOW + 5);
  };

  it('of the same epoch counts it, and changes nothing but the chain', () => {
    for (const step of ['idle', 'offered', 'answered', 'entered'] as const) {
      const state = receiver(step, 2);
      const { receiving, ...rest } = arrive(state, 0);
      expect(rest).toEqual({ ...state, receiving: undefined, messages: 8 });
      expect(receiving).toMatchObject({ epoch: 0, n: 3 });
    }
  });

  it('of the next epoch brings this side into it, when it has answered', () => {
    const state = receiver('answered');
    const { sending, receiving } = second(false);
    const after = arrive(state, 1);
    expect(after).toMatchObject({ exchange: { step: 'idle' }, sending, messages: 1, since: NOW + 5 });
    expect(after.receiving).toMatchObject({ epoch: 1, n: 1 });
    expect(after.receiving.chainKey).not.toEqual(receiving.chainKey);
  });

  it('of the next epoch ends the exchange, when this side is in it already', () => {
    const { sending, since } = receiver('entered');
    const after = arrive(receiver('entered'), 1);
    expect(after).toMatchObject({ exchange: { step: 'idle' }, sending, since, messages: 8 });
    expect(after.receiving).toMatchObject({ epoch: 1, n: 1 });
  });
});

it('an epoch gives the key of its last number, and none beyond', () => {
  const state = first(true);
  const at = (n: number) => () => takePqKey({ ...state, sending: { ...state.sending, n } });
  expect(at(maxMessageNumber - 1)().state.sending.n).toBe(maxMessageNumber);
  expect(at(maxMessageNumber)).toThrow(expect.objectContaining({ code: 'NO_SESSION' }));
});

it('a key that is taken changes nothing of an exchange in which this side has nothing to repeat', () => {
  for (const step of ['idle', 'entered'] as const) {
    const given = receiver(step);
    const { header, state } = takePqKey(given);
    expect(header.message).toBeNull();
    expect(state.exchange).toBe(given.exchange);
    expect(state.messages).toBe(given.messages + 1);
  }
});
