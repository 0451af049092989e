import { SYNC_TOPICS, isSealError } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { refreshConversations } from '../conversations/refresh-conversations.ts';
import { keepKeyPackages } from '../key-packages/keep.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { LIST_ROWS } from '../store/list-rows.ts';
import { maintainPreKeys } from '../prekeys/maintain.ts';
import { settleAccountKey } from './account-key.ts';
import type { Readable } from '../state/atom.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { applyLiveEvent } from './live-events.ts';
import type { LiveState } from './live-state.ts';
import { reportFinal } from './report-final.ts';
import {
  fillGaps,
  followPromises,
  handleRetries,
  healRollback,
  refetchSpoilt,
  reopenMessages,
  requestRemovals,
  rereadUnsupported,
  reviveHeldUp,
} from './repairs.ts';

/** All tasks run this often while the device is connected, ms. */
const ROUND_MS = 60 * 60 * 1000;
/** How often a device that stays connected looks whether a copy of its store is in use, ms. */
const COPY_CHECK_MS = 5 * 60 * 1000;
/** Between two looks at the stocks of keys that the server asks for, ms. */
const STOCK_MS = 10_000;
/** The longest a timer is set for, ms. */
const LONGEST_WAIT_MS = ROUND_MS;

/**
 * Does what a device needs besides sending and receiving, while it is connected: checks for a rollback of the store,
 * renews prekeys and KeyPackages, fetches lists, requests and answers retries, fills gaps, has bodies deleted.
 */
export function createMaintenance(
  deps: Deps,
  live: Readable<LiveState>,
  { isPrepared, endConnection }: { readonly isPrepared: boolean; readonly endConnection: (error: unknown) => void },
): LeaderPart {
  const isCaughtUp = (): boolean => live.get().connection.status === 'online';
  // A failure is left to the next connection.
  const reportUnlessRetryable = reportFinal(deps);
  const queue = createTaskQueue(reportUnlessRetryable);
  let isConnected = false;
  /** Before the first round, a retry request would be answered with prekeys that may be about to be replaced. */
  let hasDoneRound = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let gapTimer: ReturnType<typeof setTimeout> | undefined;
  let roundTimer: ReturnType<typeof setInterval> | undefined;
  let copyTimer: ReturnType<typeof setInterval> | undefined;
  let nextStockAt = 0;
  let isCopyCheckQueued = false;
  let isRetryQueued = false;
  let wasCaughtUp = isCaughtUp();

  /** Requests and answers retries; comes back when the next one is due. */
  async function lookAfterRetries(): Promise<void> {
    isRetryQueued = false;
    if (!isConnected) return;
    const due = await handleRetries(deps);
    clearTimeout(retryTimer);
    if (due === null || !isConnected) return;
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, due - deps.now()));
    retryTimer = setTimeout(scheduleRetries, wait);
  }

  function scheduleRetries(): void {
    if (isRetryQueued || !hasDoneRound) return;
    isRetryQueued = true;
    void queue.add(lookAfterRetries);
  }

  /** Whether a copy of this store has come into use meanwhile: then this one stops. */
  function checkForCopy(): void {
    if (isCopyCheckQueued || !hasDoneRound) return;
    isCopyCheckQueued = true;
    void queue.add(async () => {
      isCopyCheckQueued = false;
      if (!isConnected) return;
      try {
        await healRollback(deps);
      } catch (error) {
        if (!isSealError(error, 'DEVICE_CLONED')) throw error;
        endConnection(error);
      }
    });
  }

  async function checkGaps(again: boolean): Promise<void> {
    if (!isConnected || !isCaughtUp()) return;
    const wait = await fillGaps(deps, { again });
    if (wait === null || !isConnected) return;
    clearTimeout(gapTimer);
    gapTimer = setTimeout(() => void queue.add(() => checkGaps(true)), wait);
  }

  const unsubscribe = live.subscribe(() => {
    if (isCaughtUp() === wasCaughtUp) return;
    wasCaughtUp = !wasCaughtUp;
    if (wasCaughtUp) void queue.add(() => checkGaps(true));
  });

  /** The server's stocks of what others need to reach this device. */
  const stocks = [() => maintainPreKeys(deps, { renewAll: false }), () => keepKeyPackages(deps, isPrepared)];

  /** Runs every task, each for itself. */
  async function doRound(): Promise<void> {
    const { userId } = await activeAccount(deps.reader);
    const tasks = [
      ...stocks,
      () => learnDeviceLists(deps, [userId]),
      () => settleAccountKey(deps),
      () => refreshConversations(deps),
      () => reopenMessages(deps),
      () => refetchSpoilt(deps),
      () => rereadUnsupported(deps),
      lookAfterRetries,
      () => requestRemovals(deps),
      () => reviveHeldUp(deps),
      () => checkGaps(true),
      () => followPromises(deps),
      // What was deleted goes from the disk, too.
      () => deps.store.locks.run('device', async () => deps.store.renew?.()),
    ];
    for (const task of tasks) {
      if (!isConnected) return;
      await task().catch((error: unknown) => {
        if (isSealError(error, 'DEVICE_REVOKED')) throw error;
        reportUnlessRetryable(error);
      });
    }
    hasDoneRound = isConnected;
    // What could not be opened since this round looked has been waiting for its end.
    scheduleRetries();
  }

  function disconnected(): void {
    isConnected = false;
    hasDoneRound = false;
    clearTimeout(retryTimer);
    clearTimeout(gapTimer);
    clearInterval(roundTimer);
    clearInterval(copyTimer);
  }

  return {
    async connected() {
      isConnected = true;
      roundTimer = setInterval(() => void queue.add(doRound), ROUND_MS);
      copyTimer = setInterval(checkForCopy, COPY_CHECK_MS);
      await queue.add(async () => {
        await healRollback(deps);
      });
      void queue.add(doRound);
    },
    apply(event) {
      if (event.type !== 'prekeys-low' && event.type !== 'key-packages-low') return applyLiveEvent(deps, event);
      // Making keys is work: a server that says so all the time is not believed.
      if (Date.now() < nextStockAt) return undefined;
      nextStockAt = Date.now() + STOCK_MS;
      for (const fill of stocks) void queue.add(fill);
      return undefined;
    },
    disconnected,
    committed(keys) {
      if (!isConnected) return;
      const touches = (prefix: string): boolean => keys.some((key) => key.startsWith(prefix));
      if (touches(ROWS.allUndecryptable) || touches(ROWS.answers)) scheduleRetries();
      // A copy that uses the same sessions and prekeys is the worst cause for that.
      if (touches(ROWS.allUndecryptable)) checkForCopy();
      if (touches(ROWS.removals)) void queue.add(() => requestRemovals(deps));
      // A message of this device that was sent may be what a gap waited for.
      if (touches(ROWS.gaps) || touches(ROWS.allSent)) void queue.add(() => checkGaps(false));
      if (touches(LIST_ROWS.allPromised)) void queue.add(() => followPromises(deps));
      if (touches(PEERS)) void queue.add(() => settleAccountKey(deps));
      if (touches(PEERS) || touches(VERIFIED)) {
        void queue.add(() => reopenMessages(deps));
        void queue.add(() => reviveHeldUp(deps));
      }
    },
    async stop() {
      unsubscribe();
      disconnected();
      await queue.idle();
    },
  };
}

const PEERS = 'peer/';
const VERIFIED = ROWS.registersAbout(SYNC_TOPICS.verified);
