import type { Atom } from '../state/atom.ts';
import type { DeviceStore } from '../store/device-store.ts';
import type { Committed } from '../store/device-tx.ts';
import type { Leader } from '../sync/leader.ts';
import { NOT_CONNECTED, type LiveState } from '../sync/live-state.ts';
import { watchLeader, type LeaderWatch } from './leader-watch.ts';

/** What tabs of one device tell each other. */
type TabMessage =
  | { readonly type: 'committed'; readonly change: Committed }
  /** From the leader. */
  | { readonly type: 'live'; readonly state: LiveState }
  /** From a new tab: the leader answers with `live`. */
  | { readonly type: 'hello' }
  /** From a tab that watches the leader, and its answer. */
  | { readonly type: 'ping' | 'pong' }
  | { readonly type: 'presence'; readonly state: 'online' | 'away' }
  | { readonly type: 'reconnect' }
  | { readonly type: 'wiped' };

/**
 * The tabs of one device: all of them read and write the store; one, the leader, holds the connection. It is the one
 * that has the lock, so when its tab closes another takes over at once. When its tab hangs, one that is looked at takes the
 * lock away from it.
 */
export interface Tabs {
  /** This tab has committed something. */
  committed(change: Committed): void;
  /** Takes part in leading while an account is signed in. */
  follow(isSignedIn: boolean): Promise<void>;
  setPresence(state: 'online' | 'away'): void;
  reconnect(): void;
  /** This tab has wiped the store. */
  wiped(): void;
  close(): Promise<void>;
}

export function createTabs(deps: {
  readonly store: DeviceStore;
  readonly startLeader: () => Leader;
  /** The live state of the leading tab. */
  readonly live: Atom<LiveState>;
  /** Some tab has committed something. */
  readonly handleCommitted: (change: Committed) => void;
  readonly handleWiped: () => void;
  readonly report: (error: unknown) => void;
}): Tabs {
  const { store, startLeader, live, handleCommitted, handleWiped, report } = deps;
  const post = (message: TabMessage): void => store.channel.post(message);
  let leader: Leader | null = null;
  let watch: LeaderWatch | null = null;
  let candidacy: { readonly end: AbortController; readonly done: Promise<void> } | null = null;

  async function lead(signal: AbortSignal): Promise<void> {
    leader = startLeader();
    const publish = (state: LiveState): void => {
      live.set(state);
      post({ type: 'live', state });
    };
    const unsubscribe = leader.live.subscribe(publish);
    publish(leader.live.get());
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const leaving = leader;
    leader = null;
    await leaving.stop();
    unsubscribe();
    publish(NOT_CONNECTED);
  }

  /** Leads whenever it is this tab's turn, until `signal` is aborted. */
  async function stand(signal: AbortSignal): Promise<void> {
    const task = (lost: AbortSignal): Promise<void> => lead(AbortSignal.any([signal, lost]));
    while (!signal.aborted) {
      const silence = new AbortController();
      watch = watchLeader({
        ask: () => post({ type: 'ping' }),
        isWatching: () => leader === null && store.locks.take !== undefined,
        handleSilence: () => silence.abort(),
      });
      try {
        await store.locks.run('leader', task, AbortSignal.any([signal, silence.signal]));
      } catch (error) {
        if (signal.aborted) return;
        if (!silence.signal.aborted || store.locks.take === undefined) return report(error);
        await store.locks.take('leader', task).catch(report);
      } finally {
        watch.stop();
      }
    }
  }

  async function withdraw(): Promise<void> {
    const leaving = candidacy;
    candidacy = null;
    leaving?.end.abort();
    await leaving?.done;
  }

  const unsubscribe = store.channel.subscribe((message) => {
    const received = message as TabMessage;
    switch (received.type) {
      case 'committed':
        leader?.committed(received.change);
        return handleCommitted(received.change);
      case 'live':
        watch?.answered();
        return leader === null ? live.set(received.state) : undefined;
      case 'hello':
        return leader === null ? undefined : post({ type: 'live', state: leader.live.get() });
      case 'ping':
        return leader === null ? undefined : post({ type: 'pong' });
      case 'pong':
        return watch?.answered();
      case 'presence':
        return leader?.setPresence(received.state);
      case 'reconnect':
        return leader?.reconnect();
      case 'wiped':
        return handleWiped();
    }
  });
  post({ type: 'hello' });

  return {
    committed(change) {
      post({ type: 'committed', change });
      leader?.committed(change);
      handleCommitted(change);
    },
    async follow(isSignedIn) {
      if (!isSignedIn) return withdraw();
      if (candidacy !== null) return;
      const end = new AbortController();
      candidacy = { end, done: stand(end.signal) };
    },
    setPresence(state) {
      if (leader === null) post({ type: 'presence', state });
      else leader.setPresence(state);
    },
    reconnect() {
      if (leader === null) post({ type: 'reconnect' });
      else leader.reconnect();
    },
    wiped: () => post({ type: 'wiped' }),
    async close() {
      await withdraw();
      unsubscribe();
    },
  };
}
