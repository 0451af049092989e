/** An error that may go on. */
interface Kind {
  /** How often it came since it was written last. */
  count: number;
  write: (facts: { readonly times?: number }) => void;
}

/** How long errors of one kind are counted before they are written again, ms. */
const PAUSE_MS = 60_000;
/** Kinds that are counted at once; an error of a further kind is written. */
const MAX_KINDS = 200;

/** Keeps an error that goes on from filling the log. */
export interface RepeatedErrors {
  /** Has `write` called now when `kind` was not seen lately; else counts it. */
  see(kind: string, write: (facts: { readonly times?: number }) => void): void;
  /** Writes what was counted, and ends. */
  close(): void;
}

/**
 * Writes the first error of each kind at once, and those that follow as one line a minute that says how many they were.
 */
export function createRepeatedErrors(): RepeatedErrors {
  const kinds = new Map<string, Kind>();

  function settle(): void {
    for (const [name, kind] of kinds) {
      const { count, write } = kind;
      kind.count = 0;
      if (count > 0) write({ times: count });
      else kinds.delete(name);
    }
  }

  const timer = setInterval(settle, PAUSE_MS);
  timer.unref();
  return {
    see(kind, write) {
      const found = kinds.get(kind);
      if (found !== undefined) {
        found.count++;
        found.write = write;
        return;
      }
      if (kinds.size < MAX_KINDS) kinds.set(kind, { count: 0, write });
      write({});
    },
    close() {
      clearInterval(timer);
      settle();
    },
  };
}
