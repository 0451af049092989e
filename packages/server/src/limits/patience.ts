import { PARTY_LIMITS, type PartyLimits } from '@seal-chat/protocol/api';

/** What a process has left for one party: a person, or the address of sockets that have not signed in. */
export interface Account {
  /** Counts a call that was refused, or bytes of a refused frame. */
  refuse(bytes?: number): Verdict;
  /** Counts bytes of frames or answers. @returns how long nothing should be read, ms */
  transfer(bytes: number): number;
  /** How long a new socket of the party has to wait, ms. */
  pauseLeft(): number;
}

/** What follows a refusal: nothing, a pause in ms, or the end of the socket. */
export type Verdict = { readonly pauseMs: number } | 'end';

/** Bears with parties that go on calling although they are refused, and with those that move very much. */
export interface Patience {
  /** @param party name that no other party has */
  of(party: string): Account;
}

/** Parties are remembered for as long as there are not more of them. */
const MAX_PARTIES = 50_000;

/** A number of things that may come at once, and comes back evenly. */
interface Bucket {
  left: number;
  at: number;
}

interface State {
  readonly refusals: Bucket;
  readonly bytes: Bucket;
  pauses: number;
  /** When the last pause ends, ms. */
  pausedUntil: number;
}

/** Creates the patience of a process, with the limits of the protocol's table unless others are given. `clock` is in ms. */
export function createPatience(
  clock: () => number = () => performance.now(),
  limits: PartyLimits = PARTY_LIMITS,
): Patience {
  const parties = new Map<string, State>();

  function stateOf(party: string): State {
    const now = clock();
    let state = parties.get(party);
    if (state === undefined) {
      if (parties.size >= MAX_PARTIES) parties.delete(parties.keys().next().value!);
      const [refusals, bytes] = [limits.refusals, limits.bytes].map((left): Bucket => ({ left, at: now }));
      parties.set(party, (state = { refusals: refusals!, bytes: bytes!, pauses: 0, pausedUntil: 0 }));
    }
    return state;
  }

  /** Takes from what is left and has come back meanwhile. @returns what is left, below 0 for what there was not */
  function take(bucket: Bucket, amount: number, most: number, perSecond: number): number {
    const now = clock();
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) * perSecond) / 1_000);
    bucket.at = now;
    bucket.left -= amount;
    return bucket.left;
  }

  return {
    of: (party) => ({
      refuse(bytes = 0) {
        const state = stateOf(party);
        const { refusals, refusalsPerSecond, refusedBytes, pauseMs, longestPauseMs } = limits;
        const isCalm = take(state.refusals, 0, refusals, refusalsPerSecond) >= refusals;
        if (isCalm) state.pauses = 0;
        if (take(state.refusals, 1 + bytes / refusedBytes, refusals, refusalsPerSecond) >= 0) return { pauseMs: 0 };
        state.refusals.left = 0;
        // Sockets of the party that are refused while another one is paused wait as long, and do not add to it.
        const left = state.pausedUntil - clock();
        if (left > 0) return { pauseMs: left };
        state.pauses++;
        const next = Math.min(longestPauseMs, pauseMs * 2 ** (state.pauses - 1));
        state.pausedUntil = clock() + next;
        return state.pauses > limits.pauses ? 'end' : { pauseMs: next };
      },
      transfer(bytes) {
        const left = take(stateOf(party).bytes, bytes, limits.bytes, limits.bytesPerSecond);
        return left >= 0 ? 0 : (-left * 1_000) / limits.bytesPerSecond;
      },
      pauseLeft: () => Math.max(0, (parties.get(party)?.pausedUntil ?? 0) - clock()),
    }),
  };
}
