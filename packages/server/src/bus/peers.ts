/** The other processes on the same bus, as far as they were heard. */
export interface Peers {
  /** A process said something. @returns whether it was unknown until now */
  hear(processId: string): boolean;
  /** @returns whether it was known */
  forget(processId: string): boolean;
  /** Forgets those that were silent for too long, and returns them. */
  forgetSilent(): readonly string[];
  isEmpty(): boolean;
}

/** Remembers who lives: a process that says nothing for `silenceMs` is taken for stopped. */
export function createPeers(clock: () => number, silenceMs: number): Peers {
  const heardAt = new Map<string, number>();
  return {
    hear(processId) {
      const isNew = !heardAt.has(processId);
      heardAt.set(processId, clock());
      return isNew;
    },
    forget: (processId) => heardAt.delete(processId),
    forgetSilent() {
      const now = clock();
      const silent = [...heardAt].filter(([, at]) => now - at > silenceMs).map(([processId]) => processId);
      for (const processId of silent) heardAt.delete(processId);
      return silent;
    },
    isEmpty: () => heardAt.size === 0,
  };
}
