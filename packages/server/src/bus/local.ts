import type { Bus, Listener, Notice } from './bus.ts';

/** Creates the bus of a process that is alone on its database. */
export function createLocalBus(deps: {
  readonly processId: string;
  /** Is called when a listener throws; the others still receive the notice. */
  readonly onError: (error: unknown) => void;
}): Bus & {
  /** Gives the listeners a notice of any process. */
  deliver(notice: Notice, from: string): void;
} {
  const { processId, onError } = deps;
  const listeners = new Set<Listener>();

  function deliver(notice: Notice, from: string): void {
    for (const listener of listeners) {
      try {
        listener(notice, from);
      } catch (error) {
        onError(error);
      }
    }
  }

  return {
    processId,
    deliver,
    publish: (notice) => deliver(notice, processId),
    publishToOthers: () => undefined,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    follow: () => () => undefined,
    onGap: () => undefined,
    onGone: () => undefined,
    isUp: () => true,
    start: async () => undefined,
    ready: async () => undefined,
    close: async () => undefined,
  };
}
