import type { StoreFactory } from './device-store.ts';
import { createLocalLocks, createLocalMedium } from './local-locks.ts';
import { createRowMap } from './row-map.ts';

/**
 * A store that forgets everything when the process or page ends: for tests, and for devices that are meant to be
 * short-lived. Clients that are given the same `memoryStore()` and profile share one device.
 */
export function memoryStore(): StoreFactory {
  const media = new Map<string, ReturnType<typeof createMedium>>();
  return async (name) => {
    const { rows, locks, medium } = media.get(name) ?? media.set(name, createMedium()).get(name)!;
    return {
      atRest: 'memory',
      locks,
      channel: medium.join(),
      revision: async () => rows.rev,
      get: async (keys) => keys.map((key) => rows.get(key)),
      list: async (range) => rows.list(range),
      async commit(changes) {
        rows.check(changes);
        return rows.apply(changes);
      },
      wipe: async () => rows.clear(),
      close: async () => {},
    };
  };
}

function createMedium() {
  return { rows: createRowMap(), locks: createLocalLocks(), medium: createLocalMedium() };
}
