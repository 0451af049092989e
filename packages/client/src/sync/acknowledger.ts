import type { Deps } from '../context/deps.ts';

/** Tells the server how far the mailbox is stored on this device. */
export interface Acknowledger {
  /** Everything up to `position` is committed. */
  stored(position: number): void;
}

/** One acknowledgement at a time: those that come meanwhile are covered by the next. A lost one costs nothing. */
export function createAcknowledger({ api }: Pick<Deps, 'api'>): Acknowledger {
  let stored = 0;
  let acknowledged = 0;
  let isUnderWay = false;

  async function run(): Promise<void> {
    while (acknowledged !== stored) {
      const position = stored;
      await api.sync.ack.mutate({ position });
      acknowledged = position;
    }
  }

  return {
    stored(position) {
      stored = position;
      if (isUnderWay) return;
      isUnderWay = true;
      // The next connection acknowledges again.
      void run()
        .catch(() => {})
        .finally(() => (isUnderWay = false));
    },
  };
}
