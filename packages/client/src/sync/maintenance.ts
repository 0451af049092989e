import { isSealError } from '@seal-chat/protocol';
import { refreshConversations } from '../conversations/refresh-conversations.ts';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import { fillGaps } from './fill-gaps.ts';
import { reviveDeletions, settleRemovals } from './removals.ts';
import { rereadUnsupported } from './reread.ts';
import { learnDeviceLists } from '../peers/learn-device-lists.ts';
import type { Readable } from '../state/atom.ts';
import { ROWS } from '../store/rows.ts';
import { maintainPreKeys } from '../prekeys/maintain.ts';
import { reopenMessages, requestRetries } from '../receive/heal.ts';
import { answerRetries } from '../send/answer-retries.ts';
import { loadCode } from '../context/load-code.ts';
import type { ChannelKeeper } from '../channels/channel-sync.ts';
import { checkForRollback } from './checkpoint.ts';
import { applyLiveEvent } from './live-events.ts';
import { type StoredLiveEvent } from '../context/leader-part.ts';
import type { LiveState } from './live-state.ts';
import { recoverFromRollback } from './rollback.ts';

/** Rotation of prekeys and the checkpoint are looked at this often while connected, ms. */
const ROUND_MS = 60 * 60 * 1000;
/** The longest a timer is set for, ms. */
const LONGEST_WAIT_MS = ROUND_MS;

/** What has to be looked after besides sending and receiving. */
export interface Housekeeper {
  /** A connection is there. Resolves when messages may be sent. @throws SealError when they must not */
  connected(): Promise<void>;
  disconnected(): void;
  /** @throws SealError as `applyLiveEvent` */
  apply(event: StoredLiveEvent): Promise<void>;
  /** Rows were committed, by any tab. */
  committed(keys: readonly string[]): void;
  stop(): Promise<void>;
}

export function createHousekeeper(deps: Deps, live: Readable<LiveState>): Housekeeper {
  const isCaughtUp = (): boolean => live.get().connection.status === 'online';
  let isConnected = false;
  /** Before, a retry request would be answered with prekeys that may be about to be replaced. */
  let hasTidied = false;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let round: ReturnType<typeof setInterval> | null = null;
  let tail: Promise<void> = Promise.resolve();
  let isLookQueued = false;
  let wasCaughtUp = isCaughtUp();
  let channels: ChannelKeeper | null = null;
  let hasUploads = false;

  /** One task after the other; a failure is the affair of the next connection. */
  function enqueue(task: () => Promise<void>): Promise<void> {
    const result = tail.then(task);
    tail = result.catch((error: unknown) => {
      if (!isSealError(error) || !error.isRetryable) deps.report(error);
    });
    return result;
  }

  /** Groups are large: their code comes after all that conversations of two need. */
  async function keepChannels(): Promise<void> {
    const { createChannelKeeper } = await loadCode(() => import('../channels/channel-sync.ts'));
    channels ??= createChannelKeeper(deps);
    if (isConnected) channels.connected();
  }

  /** Files that a tab left unfinished. Most devices have none, and need no code for them. */
  async function goOnUploading(isBack: boolean): Promise<void> {
    hasUploads = (await deps.reader.list(ROWS.allUploads, { limit: 1 })).length > 0;
    if (hasUploads && isConnected) await (await uploadCode()).keepUploads(deps, isBack);
  }

  /** Retry requests, those of others and our own; comes back when the next one is due. */
  async function settleRetries(): Promise<void> {
    isLookQueued = false;
    if (!isConnected) return;
    const due = [await requestRetries(deps), await answerRetries(deps)].filter((at) => at !== null);
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (due.length === 0 || !isConnected) return;
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, Math.min(...due) - deps.now()));
    timer = setTimeout(look, wait);
  }

  function look(): void {
    if (isLookQueued || !hasTidied) return;
    isLookQueued = true;
    void enqueue(settleRetries).catch(() => {});
  }

  async function lookForGaps(again: boolean): Promise<void> {
    if (isConnected && isCaughtUp()) await fillGaps(deps, { again });
  }

  const unsubscribe = live.subscribe(() => {
    if (isCaughtUp() === wasCaughtUp) return;
    wasCaughtUp = !wasCaughtUp;
    if (wasCaughtUp) void enqueue(() => lookForGaps(true)).catch(() => {});
  });

  /** What a connection makes possible, each part for itself. */
  async function tidy(): Promise<void> {
    const { userId } = await activeAccount(deps.reader);
    const parts = [
      () => maintainPreKeys(deps, { renewAll: false }),
      () => learnDeviceLists(deps, [userId]),
      () => refreshConversations(deps),
      () => reopenMessages(deps),
      () => rereadUnsupported(deps),
      settleRetries,
      () => settleRemovals(deps),
      () => reviveDeletions(deps),
      () => goOnUploading(true),
      () => lookForGaps(true),
    ];
    for (const part of parts) {
      if (!isConnected) return;
      await part().catch((error: unknown) => {
        if (isSealError(error, 'DEVICE_REVOKED')) throw error;
        if (!isSealError(error) || !error.isRetryable) deps.report(error);
      });
    }
    hasTidied = isConnected;
    channels?.tidy();
  }

  return {
    async connected() {
      isConnected = true;
      round = setInterval(() => void enqueue(tidy).catch(() => {}), ROUND_MS);
      await enqueue(async () => {
        if (await checkForRollback(deps)) await recoverFromRollback(deps);
      });
      void enqueue(tidy).catch(() => {});
      // The next connection tries again when the code cannot be had.
      void keepChannels().catch(() => {});
    },
    async apply(event) {
      await applyLiveEvent(deps, event);
      // Without it nothing is missed: it begins with a look at everything.
      channels?.apply(event);
    },
    disconnected() {
      channels?.disconnected();
      isConnected = false;
      hasTidied = false;
      if (timer !== null) clearTimeout(timer);
      if (round !== null) clearInterval(round);
    },
    committed(keys) {
      if (!isConnected) return;
      channels?.committed(keys);
      const touches = (prefix: string): boolean => keys.some((key) => key.startsWith(prefix));
      if (touches(ROWS.allUnopened) || touches(ROWS.answers)) look();
      if (touches(ROWS.allUploads) || (hasUploads && touches(ROWS.allOutbox)))
        void enqueue(() => goOnUploading(false)).catch(() => {});
      if (touches(ROWS.removals)) void enqueue(() => settleRemovals(deps)).catch(() => {});
      // An own message that was sent may be what a gap waited for.
      if (touches(ROWS.gaps) || touches(ROWS.allSent)) void enqueue(() => lookForGaps(false)).catch(() => {});
      if (touches(PEERS)) {
        void enqueue(() => reopenMessages(deps)).catch(() => {});
        void enqueue(() => reviveDeletions(deps)).catch(() => {});
      }
    },
    async stop() {
      unsubscribe();
      this.disconnected();
      await Promise.all([tail, channels?.stop()]);
      if (hasUploads) (await uploadCode().catch(() => null))?.stopUploads(deps);
    },
  };
}

const uploadCode = () => loadCode(() => import('../attachments/resume-uploads.ts'));

const PEERS = 'peer/';
