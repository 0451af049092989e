import type { Bus, Listener, Notice } from './bus.ts';

/** Creates the bus of a process that is alone on its database. */
export function createLocalBus(deps: {
  readonly processId: string;
  /** Is called when a listener throws; the others still receive the notice. */
  readonly onError: (error: unknown) => void;
}): Bus {
  const { processId, onError } = deps;
  const listeners = new Set<Listener>();

  function publish(notice: Notice): void {
    for (const listener of listeners) {
      try {
        listener(notice, processId);
      } catch (error) {
        onError(error);
      }
    }
  }

  return {
    processId,
    publish,
    publishHere: publish,
    encode: (notice) => JSON.stringify([processId, notice]),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onGap: () => undefined,
    start: async () => undefined,
    ready: async () => undefined,
    close: async () => undefined,
  };
}
