import { isSealError } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { refreshConversations } from '../conversations/refresh-conversations.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { maintainPreKeys } from '../prekeys/maintain.ts';
import { refetchSpoilt, reopenMessages, requestRetries } from '../receive/undecryptable.ts';
import { answerRetries } from '../send/answer-retries.ts';
import { settleAccountKey } from './account-key.ts';
import type { Readable } from '../state/atom.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { checkForRollback } from './checkpoint.ts';
import { fillGaps } from './fill-gaps.ts';
import { applyLiveEvent } from './live-events.ts';
import type { LiveState } from './live-state.ts';
import { reviveDeletions, requestRemovals } from './removals.ts';
import { reportFinal } from './report-final.ts';
import { rereadUnsupported } from './reread.ts';
import { recoverFromRollback } from './rollback.ts';

/** All tasks run this often while the device is connected, ms. */
const ROUND_MS = 60 * 60 * 1000;
/** The longest a timer is set for, ms. */
const LONGEST_WAIT_MS = ROUND_MS;

/**
 * Does what a device needs besides sending and receiving, while it is connected: checks for a rollback of the store,
 * renews prekeys, fetches lists, requests and answers retries, fills gaps, has bodies deleted.
 */
export function createMaintenance(deps: Deps, live: Readable<LiveState>): LeaderPart {
  const isCaughtUp = (): boolean => live.get().connection.status === 'online';
  // A failure is left to the next connection.
  const reportUnlessRetryable = reportFinal(deps);
  const queue = createTaskQueue(reportUnlessRetryable);
  let isConnected = false;
  /** Before the first round, a retry request would be answered with prekeys that may be about to be replaced. */
  let hasDoneRound = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let roundTimer: ReturnType<typeof setInterval> | undefined;
  let isRetryQueued = false;
  let wasCaughtUp = isCaughtUp();

  /** Requests and answers retries; comes back when the next one is due. */
  async function handleRetries(): Promise<void> {
    isRetryQueued = false;
    if (!isConnected) return;
    const due = [await requestRetries(deps), await answerRetries(deps)].filter((at) => at !== null);
    clearTimeout(retryTimer);
    if (due.length === 0 || !isConnected) return;
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, Math.min(...due) - deps.now()));
    retryTimer = setTimeout(scheduleRetries, wait);
  }

  function scheduleRetries(): void {
    if (isRetryQueued || !hasDoneRound) return;
    isRetryQueued = true;
    void queue.add(handleRetries);
  }

  async function checkGaps(again: boolean): Promise<void> {
    if (isConnected && isCaughtUp()) await fillGaps(deps, { again });
  }

  const unsubscribe = live.subscribe(() => {
    if (isCaughtUp() === wasCaughtUp) return;
    wasCaughtUp = !wasCaughtUp;
    if (wasCaughtUp) void queue.add(() => checkGaps(true));
  });

  /** Runs every task, each for itself. */
  async function doRound(): Promise<void> {
    const { userId } = await activeAccount(deps.reader);
    const tasks = [
      () => maintainPreKeys(deps, { renewAll: false }),
      () => learnDeviceLists(deps, [userId]),
      () => settleAccountKey(deps),
      () => refreshConversations(deps),
      () => reopenMessages(deps),
      () => refetchSpoilt(deps),
      () => rereadUnsupported(deps),
      handleRetries,
      () => requestRemovals(deps),
      () => reviveDeletions(deps),
      () => checkGaps(true),
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
    clearInterval(roundTimer);
  }

  return {
    async connected() {
      isConnected = true;
      roundTimer = setInterval(() => void queue.add(doRound), ROUND_MS);
      await queue.add(async () => {
        if (await checkForRollback(deps)) await recoverFromRollback(deps);
      });
      void queue.add(doRound);
    },
    apply: (event) => applyLiveEvent(deps, event),
    disconnected,
    committed(keys) {
      if (!isConnected) return;
      const touches = (prefix: string): boolean => keys.some((key) => key.startsWith(prefix));
      if (touches(ROWS.allUndecryptable) || touches(ROWS.answers)) scheduleRetries();
      if (touches(ROWS.removals)) void queue.add(() => requestRemovals(deps));
      // A message of this device that was sent may be what a gap waited for.
      if (touches(ROWS.gaps) || touches(ROWS.allSent)) void queue.add(() => checkGaps(false));
      if (touches(PEERS)) {
        void queue.add(() => settleAccountKey(deps));
        void queue.add(() => reopenMessages(deps));
        void queue.add(() => reviveDeletions(deps));
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
