import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTabs } from '../src/tabs/tabs.ts';
import { createAtom } from '../src/state/atom.ts';
import { webLocks } from '../src/store/web-locks.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import { NOT_CONNECTED } from '../src/sync/live-state.ts';
import type { Channel, Locks } from '../src/store/device-store.ts';
import { createLocalMedium } from '../src/store/local-locks.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Request {
  readonly clientId: string;
  readonly lost: (error: Error) => void;
}

/** The Web Locks of an origin, for tabs by name: exclusive locks, with `signal` and `steal`. */
function lockManager() {
  const held = new Map<string, Request>();
  const queues = new Map<string, (() => void)[]>();
  return (clientId: string): LockManager =>
    ({
      async query() {
        return { held: [...held].map(([name, lock]) => ({ name, clientId: lock.clientId })), pending: [] };
      },
      async request<T>(name: string, options: LockOptions, task: (lock: Lock | null) => T): Promise<Awaited<T>> {
        if (options.steal) held.get(name)?.lost(new DOMException('stolen', 'AbortError'));
        else if (held.has(name)) {
          await new Promise<void>((resolve, reject) => {
            const queue = queues.get(name) ?? [];
            queues.set(name, queue);
            const turn = (): void => resolve();
            queue.push(turn);
            options.signal?.addEventListener('abort', () => {
              queue.splice(queue.indexOf(turn), 1);
              reject(options.signal!.reason as Error);
            });
          });
        }
        let lose: (error: Error) => void = () => {};
        const lost = new Promise<never>((_resolve, reject) => (lose = reject));
        lost.catch(() => {});
        const own: Request = { clientId, lost: lose };
        held.set(name, own);
        try {
          return await Promise.race([Promise.resolve(task(null)), lost]);
        } finally {
          if (held.get(name) === own) {
            held.delete(name);
            queues.get(name)?.shift()?.();
          }
        }
      },
    }) as unknown as LockManager;
}

/** A tab that can hang: it hears and says nothing then. */
async function openTab(locks: Locks, channel: Channel) {
  const store = { ...(await memoryStore()('s')), locks, channel };
  const log: string[] = [];
  const tabs = createTabs({
    store,
    live: createAtom(NOT_CONNECTED),
    startLeader() {
      log.push('leads');
      return {
        live: createAtom(NOT_CONNECTED),
        committed() {},
        reconnect() {},
        setPresence() {},
        async stop() {
          log.push('stops');
        },
      };
    },
    handleCommitted() {},
    handleWiped() {},
    report: (error) => log.push(String(error)),
  });
  return { tabs, log };
}

function hangable(channel: Channel): Channel & { hang(isHanging: boolean): void } {
  let isHanging = false;
  return {
    post: (message) => (isHanging ? undefined : channel.post(message)),
    subscribe: (listener) => channel.subscribe((message) => (isHanging ? undefined : listener(message))),
    hang: (now) => void (isHanging = now),
  };
}

it('a tab takes over from a leading one that does not answer, which stops when it wakes up and leads no more', async () => {
  const managers = lockManager();
  const medium = createLocalMedium();
  const channel = hangable(medium.join());
  const first = await openTab(webLocks(managers('one'), 's'), channel);
  const second = await openTab(webLocks(managers('two'), 's'), medium.join());
  await first.tabs.follow(true);
  await vi.advanceTimersByTimeAsync(10);
  await second.tabs.follow(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([first.log, second.log]).toEqual([['leads'], []]);

  channel.hang(true);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(second.log).toEqual(['leads']);
  channel.hang(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(first.log).toEqual(['leads', 'stops']);
  expect(second.log).toEqual(['leads']);

  await second.tabs.close();
  await vi.advanceTimersByTimeAsync(10);
  expect(first.log).toEqual(['leads', 'stops', 'leads']);
  await first.tabs.close();
});

it('the lock of rows is taken away from a tab that hangs, and what it does under it afterwards is still told', async () => {
  const managers = lockManager();
  const [first, second] = [webLocks(managers('one'), 's'), webLocks(managers('two'), 's')];
  let wake: (value: string) => void = () => {};
  const hanging = first.run('device', () => new Promise<string>((resolve) => (wake = resolve)));
  await vi.advanceTimersByTimeAsync(10);
  const done = second.run('device', async () => 'second');
  await vi.advanceTimersByTimeAsync(14_000);
  let isDone = false;
  void done.then(() => (isDone = true));
  await vi.advanceTimersByTimeAsync(0);
  expect(isDone).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await done).toBe('second');
  wake('first');
  expect(await hanging).toBe('first');
});

it('a lock that is held over the network is waited for, unless its holder is a tab that was found to hang', async () => {
  const managers = lockManager();
  const [first, second] = [webLocks(managers('one'), 's'), webLocks(managers('two'), 's')];
  void first.run('leader', () => new Promise(() => {}));
  void first.run('session', () => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(10);
  let isDone = false;
  const waiting = second.run('session', async () => void (isDone = true));
  await vi.advanceTimersByTimeAsync(120_000);
  expect(isDone).toBe(false);
  void second.take!('leader', () => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(10_000);
  await waiting;
  expect(isDone).toBe(true);
});

it('the lock under which an account is made is taken away from a tab that hangs, after the longest sign-up', async () => {
  const managers = lockManager();
  const [first, second] = [webLocks(managers('one'), 's'), webLocks(managers('two'), 's')];
  void first.run('account', () => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(10);
  let isDone = false;
  void second.run('account', async () => void (isDone = true));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(isDone).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(isDone).toBe(true);
});
