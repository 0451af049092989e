/** How often a tab that someone looks at asks whether the leading one is there, ms. */
const ASK_MS = 5_000;
/** Questions without an answer after which the leading tab is taken to hang. */
const MOST_UNANSWERED = 2;

/** Notices a leading tab that hangs: in a dialog of the page, at a breakpoint, in an endless loop. */
export interface LeaderWatch {
  /** The leading tab has answered. */
  answered(): void;
  stop(): void;
}

/**
 * Asks the leading tab again and again. It answers from an event, which no browser slows down in the background as it does
 * timers. Hidden tabs do not ask: nobody waits for what they show.
 *
 * @param isWatching whether there is anything to watch now
 * @param handleSilence is called once, when the leading tab does not answer
 */
export function watchLeader(deps: {
  readonly ask: () => void;
  readonly isWatching: () => boolean;
  readonly handleSilence: () => void;
}): LeaderWatch {
  let unanswered = 0;
  const timer = setInterval(() => {
    if (!deps.isWatching() || globalThis.document?.visibilityState === 'hidden') {
      unanswered = 0;
      return;
    }
    if (unanswered >= MOST_UNANSWERED) {
      clearInterval(timer);
      deps.handleSilence();
      return;
    }
    unanswered++;
    deps.ask();
  }, ASK_MS);
  return {
    answered: () => void (unanswered = 0),
    stop: () => clearInterval(timer),
  };
}
