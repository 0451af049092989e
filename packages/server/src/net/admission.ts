/** How many connections the server takes. */
export interface NetworkLimits {
  /** WebSockets of this process. */
  readonly sockets: number;
  /** Connections of any kind from one address. */
  readonly connectionsPerAddress: number;
  /** HTTP requests from one address in a minute. */
  readonly requestsPerAddress: number;
  /** WebSockets from one address; also how many of them it may open in 10 s. */
  readonly socketsPerAddress: number;
  /** Those among them that have not signed in. */
  readonly strangersPerAddress: number;
  /** They must have signed in within this time, ms. */
  readonly strangerMs: number;
}

const WINDOW_MS = 10_000;
/** Addresses without an open socket are remembered for as long as there are not more of them. */
const MAX_IDLE = 50_000;

/** Why a socket is not taken: an HTTP status, and when to come again, s. */
export interface Refusal {
  readonly status: 429 | 503;
  readonly retryAfterSeconds: number;
}

/** A socket that was taken. */
export interface Admitted {
  /** Its device has signed in. */
  signedIn(): void;
  closed(): void;
}

/** Counts sockets by the network they come from. */
export interface Admission {
  admit(network: string): Admitted | Refusal;
}

interface Visitor {
  open: number;
  strangers: number;
  /** Sockets opened in the window that began then. */
  opened: number;
  windowAt: number;
}

/** Creates what counts connections and sockets by address, and lets in as many as `limits` allow. `clock` is in ms. */
export function createAdmission(limits: NetworkLimits, clock: () => number = () => performance.now()): Admission {
  const visitors = new Map<string, Visitor>();
  let open = 0;

  function visitorOf(network: string): Visitor {
    const now = clock();
    let visitor = visitors.get(network);
    if (visitor === undefined) {
      if (visitors.size >= MAX_IDLE) forgetIdle(now);
      visitors.set(network, (visitor = { open: 0, strangers: 0, opened: 0, windowAt: now }));
    }
    if (now - visitor.windowAt >= WINDOW_MS) Object.assign(visitor, { opened: 0, windowAt: now });
    return visitor;
  }

  function forgetIdle(now: number): void {
    for (const [network, visitor] of visitors) {
      if (visitor.open === 0 && now - visitor.windowAt >= WINDOW_MS) visitors.delete(network);
    }
  }

  return {
    admit(network) {
      if (open >= limits.sockets) return { status: 503, retryAfterSeconds: 5 };
      const visitor = visitorOf(network);
      const isCrowded =
        visitor.open >= limits.socketsPerAddress ||
        visitor.opened >= limits.socketsPerAddress ||
        visitor.strangers >= limits.strangersPerAddress;
      if (isCrowded) return { status: 429, retryAfterSeconds: WINDOW_MS / 1_000 };
      open++;
      visitor.open++;
      visitor.opened++;
      visitor.strangers++;
      let isStranger = true;
      let isOpen = true;
      const signedIn = (): void => {
        if (isStranger) visitor.strangers--;
        isStranger = false;
      };
      return {
        signedIn,
        closed() {
          if (!isOpen) return;
          isOpen = false;
          signedIn();
          visitor.open--;
          open--;
        },
      };
    },
  };
}
