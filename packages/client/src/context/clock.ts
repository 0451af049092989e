/** The server's clock, as far as it is known: expiry and rotation go by it, as a person's clock may be days off. */
export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** The server says it is `serverTime` now. Returns its clock minus ours, ms. */
  learn(serverTime: number): number;
  /** What `learn` returned in an earlier run. */
  restore(offset: number): void;
}

export function createClock(localNow: () => number): Clock {
  let offset = 0;
  return {
    now: () => localNow() + offset,
    learn: (serverTime) => (offset = serverTime - localNow()),
    restore: (known) => void (offset = known),
  };
}
