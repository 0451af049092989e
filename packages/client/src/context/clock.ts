import { createAtom, type Readable } from '../state/atom.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What time it is. The server's clock corrects a device's by at most a day, and cannot turn it back: whatever the
 * server says, keys are replaced and sessions end no more than a day early, and never late by this device's clock.
 */
export interface Clock {
  /**
   * The time that ages are measured by: the later of the two clocks, at most a day ahead of this device's, and never
   * earlier than it was. ms since 1970.
   */
  now(): number;
  /** This device's clock alone, ms. */
  local(): number;
  /** What the server's clock shows now, as far as it is known, ms. Only for what the server itself dates. */
  server(): number;
  /**
   * How long ago a message was sent, by both clocks, ms: the younger age counts, so that neither a server nor a wrong
   * clock of this device alone makes a message old.
   */
  ageOf(message: { readonly acceptedAt: number; readonly sentAt: number }): number;
  /** The server says it is `serverTime` now. Returns its clock minus ours, ms. */
  learn(serverTime: number): number;
  /** What `learn` returned in an earlier run. */
  restore(offset: number): void;
  /** The server's clock minus this device's, ms, where they are more than a day apart; 0 otherwise. */
  readonly difference: Readable<number>;
}

export function createClock(localNow: () => number): Clock {
  const difference = createAtom(0);
  let offset = 0;
  let latest = -Infinity;

  function setOffset(next: number): number {
    // What is no time changes nothing.
    if (Number.isFinite(next)) offset = next;
    const shown = Math.abs(offset) > DAY_MS ? offset : 0;
    if (shown !== difference.get()) difference.set(shown);
    return offset;
  }

  return {
    now() {
      const local = localNow();
      const later = local + Math.min(DAY_MS, Math.max(0, offset));
      // A clock of this device that was wrong and is set right again is not held to what it showed.
      latest = Math.min(Math.max(later, latest), local + DAY_MS);
      return latest;
    },
    local: localNow,
    server: () => localNow() + offset,
    ageOf: ({ acceptedAt, sentAt }) => Math.max(0, localNow() + Math.min(0, offset) - Math.max(acceptedAt, sentAt)),
    learn: (serverTime) => setOffset(serverTime - localNow()),
    restore: (known) => void setOffset(known),
    difference,
  };
}
