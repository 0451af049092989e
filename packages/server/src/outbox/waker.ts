import type { Bus } from '../bus/bus.ts';

/** Tells relays, in whichever process, that there is something in the outbox. */
export interface Waker {
  /** To be called after the commit. Costs nothing when it was called a moment ago. */
  wake(): void;
  close(): void;
}

/** Creates the waker of a process: one notice at once, and one more for all that comes within `pauseMs`. */
export function createWaker(deps: { readonly bus: Pick<Bus, 'publish'>; readonly pauseMs: number }): Waker {
  const { bus, pauseMs } = deps;
  let timer: NodeJS.Timeout | null = null;
  let isAskedAgain = false;
  let isClosed = false;

  function tell(): void {
    bus.publish({ kind: 'outbox' });
    isAskedAgain = false;
    timer = setTimeout(() => {
      timer = null;
      if (isAskedAgain && !isClosed) tell();
    }, pauseMs);
    timer.unref();
  }

  return {
    wake() {
      if (isClosed) return;
      if (timer === null) tell();
      else isAskedAgain = true;
    },
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
