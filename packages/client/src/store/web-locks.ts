import type { Channel, LockName, Locks } from './device-store.ts';

/**
 * How long a tab waits for a lock before it takes it away, ms. Nobody holds that of rows over the network; the one under
 * which an account is made is not held longer with a slow server.
 */
const PATIENCE_MS: Partial<Record<LockName, number>> = { device: 15_000, account: 60_000 };
/** How often it is looked whether the holder of another lock is a tab that hangs, ms. */
const LOOK_MS = 5_000;

/**
 * Locks of all tabs of one origin, named after the store they guard. A tab that hangs, in a dialog or at a breakpoint,
 * keeps what it holds: that is taken away from it. It may go on where it was when it wakes up, which is safe, as a commit
 * counts only on the revision it has read.
 */
export function webLocks(manager: LockManager, storeName: string): Locks {
  const nameOf = (name: LockName): string => `${storeName}:${name}`;
  /** Tabs that a lock was taken away from, as they did not answer. */
  const hanging = new Set<string>();

  async function holderOf(name: LockName): Promise<string | null> {
    const { held = [] } = await manager.query();
    return held.find((lock) => lock.name === nameOf(name))?.clientId ?? null;
  }

  async function mayTake(name: LockName, waitedMs: number): Promise<boolean> {
    if (name === 'leader') return false;
    const patience = PATIENCE_MS[name];
    if (patience !== undefined) return waitedMs >= patience;
    const holder = await holderOf(name);
    return holder !== null && hanging.has(holder);
  }

  /** Waits for its turn, or until the lock may be taken away from who holds it. */
  async function waitFor<T>(name: LockName, hold: Hold<T>, signal: AbortSignal | undefined): Promise<void> {
    for (let waited = 0; ; waited += LOOK_MS) {
      const look = new AbortController();
      const timer = setTimeout(() => look.abort(), LOOK_MS);
      try {
        const until = signal === undefined ? look.signal : AbortSignal.any([signal, look.signal]);
        return await manager.request(nameOf(name), { mode: 'exclusive', signal: until }, () => hold.begin());
      } catch (error) {
        if (hold.hasBegun() || signal?.aborted || !look.signal.aborted) throw error;
        if (await mayTake(name, waited + LOOK_MS)) return take(name, hold);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  function take<T>(name: LockName, hold: Hold<T>): Promise<void> {
    return manager.request(nameOf(name), { mode: 'exclusive', steal: true }, () => hold.begin());
  }

  return {
    async run(name, task, signal) {
      const hold = createHold(task);
      return hold.result(waitFor(name, hold, signal));
    },
    async take(name, task) {
      const holder = await holderOf(name);
      if (holder !== null) hanging.add(holder);
      const hold = createHold(task);
      return hold.result(take(name, hold));
    },
  };
}

/** A task under a lock, which may be taken away while it runs. */
interface Hold<T> {
  /** Begins the task; resolves when it has ended, either way. */
  begin(): Promise<void>;
  hasBegun(): boolean;
  /** What the task returns or throws, also when the lock was taken away meanwhile; `request` is how it is held. */
  result(request: Promise<void>): Promise<T>;
}

function createHold<T>(task: (lost: AbortSignal) => Promise<T>): Hold<T> {
  const lost = new AbortController();
  let running: Promise<T> | null = null;
  return {
    async begin() {
      running = task(lost.signal);
      await running.catch(() => {});
    },
    hasBegun: () => running !== null,
    async result(request) {
      try {
        await request;
      } catch (error) {
        if (running === null) throw error;
        lost.abort(error);
      }
      return running!;
    },
  };
}

/** All tabs of one origin that have the store open. A page without BroadcastChannel is alone. */
export function browserChannel(storeName: string): Channel & { close(): void } {
  if (globalThis.BroadcastChannel === undefined) return { post() {}, subscribe: () => () => {}, close() {} };
  const channel = new BroadcastChannel(storeName);
  let isOpen = true;
  return {
    // What a tab commits while it closes, the others read when they next look.
    post: (message) => (isOpen ? channel.postMessage(message) : undefined),
    subscribe(listener) {
      const handle = (event: MessageEvent<unknown>): void => listener(event.data);
      channel.addEventListener('message', handle);
      return () => channel.removeEventListener('message', handle);
    },
    close() {
      isOpen = false;
      channel.close();
    },
  };
}
