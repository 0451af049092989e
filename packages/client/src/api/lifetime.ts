import type { SealError } from '@seal-chat/protocol';

/** How a connection opens and ends, each once. */
export interface Lifetime {
  /** Resolves when the server has taken the connection. */
  readonly opened: Promise<void>;
  /** Resolves with the reason when the connection is gone. */
  readonly closed: Promise<SealError>;
  open(): void;
  /** @returns whether it lasted until now: the first caller gives the reason */
  end(reason: SealError): boolean;
  /** Why it is gone; null while it lasts. */
  ended(): SealError | null;
}

/** Creates the lifetime of a connection that is about to open. */
export function createLifetime(): Lifetime {
  let reason: SealError | null = null;
  let settleClosed: (reason: SealError) => void = () => {};
  let settleOpened = (): void => {};
  return {
    opened: new Promise((resolve) => (settleOpened = resolve)),
    closed: new Promise((resolve) => (settleClosed = resolve)),
    open: () => settleOpened(),
    end(why) {
      if (reason !== null) return false;
      reason = why;
      settleClosed(why);
      return true;
    },
    ended: () => reason,
  };
}
