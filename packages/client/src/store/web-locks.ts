import type { Channel, Locks } from './device-store.ts';

/** Locks of all tabs of one origin, named after the store they guard. */
export function webLocks(manager: LockManager, storeName: string): Locks {
  return {
    run: (name, task, signal) =>
      manager.request(`${storeName}:${name}`, { mode: 'exclusive', ...(signal && { signal }) }, task),
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
