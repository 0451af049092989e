import type { Channel, LockName, Locks } from './device-store.ts';

/** Nobody takes a lock away from another client of the same process: both would hang. */
const NEVER = new AbortController().signal;

/** Locks among clients of one process: first come, first served. */
export function createLocalLocks(): Locks {
  const tails = new Map<LockName, Promise<void>>();
  return {
    async run(name, task, signal) {
      const before = tails.get(name) ?? Promise.resolve();
      let release = (): void => {};
      const done = new Promise<void>((resolve) => (release = resolve));
      // The next in line also waits for those before us, as we may leave the queue when aborted.
      tails.set(
        name,
        Promise.all([before, done]).then(() => {}),
      );
      try {
        await abortable(before, signal);
        return await task(NEVER);
      } finally {
        release();
      }
    },
  };
}

async function abortable(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return turn;
  signal.throwIfAborted();
  let leave = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    await Promise.race([turn, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** A medium that several clients of one process listen on; each `join` is one of them. */
export function createLocalMedium(): { join(): Channel } {
  const members = new Set<(message: unknown) => void>();
  return {
    join() {
      const listeners = new Set<(message: unknown) => void>();
      const receive = (message: unknown): void => {
        const told = [...listeners];
        for (const listener of told) listener(message);
      };
      return {
        post(message) {
          for (const member of members) if (member !== receive) queueMicrotask(() => member(message));
        },
        subscribe(listener) {
          listeners.add(listener);
          members.add(receive);
          return () => {
            listeners.delete(listener);
            if (listeners.size === 0) members.delete(receive);
          };
        },
      };
    },
  };
}
