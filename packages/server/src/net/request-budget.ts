/** How many HTTP requests each address may make. */
export interface RequestBudget {
  /** Takes one request from what `network` may make; false when nothing is left. */
  take(network: string): boolean;
  /** Whether `network` went on for so long after it was refused that nothing is read from it for a moment. */
  isShut(network: string): boolean;
}

const MINUTE_MS = 60_000;
/** The part of a minute's requests that may come at once. */
const BURST = 0.1;
/** Of those refused in a row, so many are answered; then connections are closed unread for this long, ms. */
const MAX_ANSWERED = 50;
const SHUT_MS = 2_000;
/** Networks are remembered for as long as there are not more of them. */
const MAX_NETWORKS = 50_000;

interface Account {
  left: number;
  /** When `left` was counted. */
  at: number;
  refused: number;
  shutUntil: number;
}

/**
 * Creates what keeps one address from having a process for itself: even a refusal costs more than a connection that is
 * closed at once. `perMinute` requests come back evenly. `clock` is in ms.
 */
export function createRequestBudget(perMinute: number, clock: () => number = () => performance.now()): RequestBudget {
  const most = Math.max(1, perMinute * BURST);
  const accounts = new Map<string, Account>();

  function accountOf(network: string, now: number): Account {
    let account = accounts.get(network);
    if (account === undefined) {
      if (accounts.size >= MAX_NETWORKS) forget(now);
      accounts.set(network, (account = { left: most, at: now, refused: 0, shutUntil: 0 }));
    }
    account.left = Math.min(most, account.left + ((now - account.at) * perMinute) / MINUTE_MS);
    account.at = now;
    return account;
  }

  /** Those that have everything left again are as if they had never come. */
  function forget(now: number): void {
    for (const [network, { at }] of accounts) if (now - at >= MINUTE_MS * BURST) accounts.delete(network);
  }

  return {
    take(network) {
      const now = clock();
      const account = accountOf(network, now);
      if (account.left >= 1) {
        account.left -= 1;
        account.refused = 0;
        return true;
      }
      account.refused += 1;
      if (account.refused >= MAX_ANSWERED) Object.assign(account, { refused: 0, shutUntil: now + SHUT_MS });
      return false;
    },
    isShut: (network) => (accounts.get(network)?.shutUntil ?? 0) > clock(),
  };
}
