/** How many HTTP requests each address may make. */
export interface RequestBudget {
  /**
   * Takes a request from what `network` may make.
   * @param cost in requests of the usual size
   * @returns how long it waits, ms; null when so many wait already that it is refused
   */
  take(network: string, cost?: number): number | null;
  /** Whether `network` went on for so long after it was refused that nothing is read from it for a moment. */
  isShut(network: string): boolean;
}

const MINUTE_MS = 60_000;
/** The part of a minute's requests that may come at once; the rest comes evenly. */
const BURST = 0.1;
/** A page that many people of one office open at once is slow, and not broken: a request waits for this long, ms. */
const LONGEST_WAIT_MS = 10_000;
/** Of those refused in a row, so many are answered; then connections are closed unread for this long, ms. */
const MAX_ANSWERED = 50;
const SHUT_MS = 2_000;
/** Networks are remembered for as long as there are not more of them. */
const MAX_NETWORKS = 50_000;

interface Account {
  /** Below 0 when requests wait for what comes back. */
  left: number;
  /** When `left` was counted. */
  at: number;
  refused: number;
  shutUntil: number;
}

/**
 * Creates what keeps one address from having a process for itself. `perMinute` requests come back evenly. `clock` is in
 * ms.
 */
export function createRequestBudget(perMinute: number, clock: () => number = () => performance.now()): RequestBudget {
  const most = Math.max(1, perMinute * BURST);
  const msOfOne = MINUTE_MS / perMinute;
  const accounts = new Map<string, Account>();

  function accountOf(network: string, now: number): Account {
    let account = accounts.get(network);
    if (account === undefined) {
      if (accounts.size >= MAX_NETWORKS) forget(now);
      accounts.set(network, (account = { left: most, at: now, refused: 0, shutUntil: 0 }));
    }
    account.left = Math.min(most, account.left + (now - account.at) / msOfOne);
    account.at = now;
    return account;
  }

  /** Those that have everything left again are as if they had never come. */
  function forget(now: number): void {
    for (const [network, { at }] of accounts) {
      if (now - at >= MINUTE_MS * BURST + LONGEST_WAIT_MS) accounts.delete(network);
    }
  }

  return {
    take(network, cost = 1) {
      const now = clock();
      const account = accountOf(network, now);
      const wait = Math.max(0, (1 - account.left) * msOfOne);
      if (wait <= LONGEST_WAIT_MS) {
        account.left -= cost;
        account.refused = 0;
        return wait;
      }
      account.refused += 1;
      if (account.refused >= MAX_ANSWERED) Object.assign(account, { refused: 0, shutUntil: now + SHUT_MS });
      return null;
    },
    isShut: (network) => (accounts.get(network)?.shutUntil ?? 0) > clock(),
  };
}
