import { COUNT_LIMITS, isSealError, type ConversationId } from '@seal-chat/protocol';
import { expectCount } from '../api/answers.ts';
import { backoffDelay } from '../api/backoff.ts';
import { toSealError } from '../api/errors.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart, StoredLiveEvent } from '../context/leader-part.ts';
import { knownConversation, learnConversations } from '../conversations/conversation-rows.ts';
import { createTaskQueue, type TaskQueue } from '../state/task-queue.ts';
import { CHANNEL_ROWS, NEW_CHANNEL, type ChannelRow } from '../store/channel-rows.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import { follow, takeLive } from './catch-up.ts';
import { leaveChannel, putChannel } from './channel-state.ts';
import { isOwnAffair, joinDelay, reconcileDelay } from './delays.ts';
import { finishCreation, readHeads } from './heads.ts';
import { nameInvitations, refreshInvitations } from './invitations.ts';
import { channelsWithWelcomes } from './join.ts';
import { isLeafDue, reconcile } from './reconcile.ts';
import { reopenUndecryptable } from './undecryptable.ts';
import { fetchSharedHistory, shareHistory } from './shared-history.ts';
import { recheckUnlisted } from './unlisted.ts';

/** A channel that stays broken is tried again after this, ms. */
const LATER_MS = 5 * 60 * 1000;
/** Whether keys have to be renewed is checked this often while connected, ms. */
const ROUND_MS = 60 * 60 * 1000;
/** A leaf that is due is renewed some time in this, so that not all do it at once, ms. */
const REFRESH_SPREAD_MS = 10 * 60 * 1000;

/** Tasks that wait before no further event is taken. */
const MOST_WAITING = 256;

interface Timer {
  readonly at: number;
  readonly handle: ReturnType<typeof setTimeout>;
}

/** Keeps the channels of a device up to date while it is connected. Keeps nothing that the rows do not say. */
export function createChannelSync(deps: Deps): LeaderPart {
  let isConnected = false;
  /** Tasks of one channel, and those of all (''), run one after the other. */
  const queues = new Map<ConversationId | '', { readonly queue: TaskQueue; readonly waiting: number }>();
  let waitingTasks = 0;
  let areInvitationsQueued = false;
  const timers = new Map<ConversationId, Timer>();
  /** When it is this device's turn to hand over history. */
  const turns = new Map<ConversationId, ReturnType<typeof setTimeout>>();
  const repetitions = new Set<ReturnType<typeof setTimeout>>();
  const attempts = new Map<ConversationId | '', number>();
  /** The number of requests to reconcile that were seen of each channel. */
  const requests = new Map<ConversationId, number>();
  let roundTimer: ReturnType<typeof setInterval> | undefined;

  function run(id: ConversationId | '', task: () => Promise<void>): void {
    const { queue, waiting } = queues.get(id) ?? { queue: createTaskQueue(), waiting: 0 };
    queues.set(id, { queue, waiting: waiting + 1 });
    waitingTasks++;
    void queue.add(async () => {
      try {
        if (isConnected) await task();
      } catch (error) {
        handleFailure(id, error, task);
      } finally {
        waitingTasks--;
        const left = queues.get(id)!.waiting - 1;
        // Ids are the server's to name: nothing is kept of one about which there is nothing to do.
        if (left === 0) queues.delete(id);
        else queues.set(id, { queue, waiting: left });
      }
    });
  }

  /** Everything that waits now. */
  async function idle(): Promise<void> {
    await Promise.all([...queues.values()].map(({ queue }) => queue.idle()));
  }

  /** Tried again while the connection lasts; the next one starts again. */
  function handleFailure(id: ConversationId | '', error: unknown, task: () => Promise<void>): void {
    if (isSealError(error, 'DEVICE_REVOKED') || isSealError(error, 'NOT_SIGNED_IN')) return;
    if (isSealError(error, 'NOT_A_MEMBER') && id !== '') {
      // A notice that is late, or got lost.
      return run(id, () => deps.transact((tx) => leaveChannel(tx, id)));
    }
    // Ids are the server's to name.
    if (timers.size > COUNT_LIMITS.conversations) return;
    const { isRetryable } = toSealError(error);
    // A defect in what was received has been reported where it was met.
    if (!isSealError(error) || !isRetryable) deps.report(error);
    const attempt = attempts.get(id) ?? 0;
    attempts.set(id, attempt + 1);
    const delay = isRetryable ? backoffDelay(attempt) : LATER_MS;
    if (id !== '') return bringUpToDateIn(id, delay);
    if (delay === LATER_MS || !isConnected) return;
    const repetition = setTimeout(() => {
      repetitions.delete(repetition);
      run('', task);
    }, delay);
    repetitions.add(repetition);
  }

  /** Brings a channel up to date after `delay` ms, or earlier when that was planned already. */
  function bringUpToDateIn(id: ConversationId, delay: number): void {
    if (!isConnected) return;
    const at = Date.now() + delay;
    const planned = timers.get(id);
    if (planned !== undefined && planned.at <= at) return;
    clearTimeout(planned?.handle);
    const handle = setTimeout(() => {
      timers.delete(id);
      run(id, () => bringUpToDate(id));
    }, delay);
    timers.set(id, { at, handle });
  }

  async function bringUpToDate(id: ConversationId): Promise<void> {
    const isDone = await reconcile(deps, id);
    attempts.delete(id);
    await reopenUndecryptable(deps, id);
    if (!isDone) bringUpToDateIn(id, LATER_MS);
    await share(id);
  }

  async function share(id: ConversationId): Promise<void> {
    const due = await shareHistory(deps, id);
    clearTimeout(turns.get(id));
    if (due === null || !isConnected) return;
    turns.set(
      id,
      setTimeout(() => run(id, () => share(id)), Math.max(0, due - deps.now())),
    );
  }

  /** Compares everything with what the server has. */
  async function compareWithServer(): Promise<void> {
    for (const { conversationId, row, lastSeq, isBehind, needsWork } of await readHeads(deps)) {
      if (needsWork)
        bringUpToDateIn(
          conversationId,
          row.status === 'joining' ? await joinDelay(deps, conversationId) : await delayFor(conversationId, row),
        );
      if (isBehind) run(conversationId, () => follow(deps, conversationId, lastSeq));
      run(conversationId, () => reopenUndecryptable(deps, conversationId));
    }
  }

  async function delayFor(id: ConversationId, row: ChannelRow): Promise<number> {
    return row.status === 'joined' && !row.isStale ? reconcileDelay(deps, id) : 0;
  }

  /** The row of a channel says what there is to do. */
  async function checkRow(id: ConversationId): Promise<void> {
    const row = await deps.reader.get(CHANNEL_ROWS.channel(id));
    if (row === null || row.status === 'creating' || row.status === 'left') return;
    const known = requests.get(id);
    requests.set(id, row.reconcileRequests);
    if (known !== undefined ? row.reconcileRequests > known : row.reconcileRequests > 0) bringUpToDateIn(id, 0);
    else if (row.status === 'joining') bringUpToDateIn(id, await joinDelay(deps, id));
    else if (row.status === 'broken' || row.mustRefresh) bringUpToDateIn(id, 0);
    else if (row.unlisted.length > 0)
      bringUpToDateIn(id, (await isOwnAffair(deps, id)) ? 0 : await reconcileDelay(deps, id));
    if (row.awaitingSharedHistory?.length) await share(id);
  }

  function takeEvent(event: StoredLiveEvent): void {
    if (!isConnected) return;
    switch (event.type) {
      case 'channel-entry':
        return run(event.conversationId, () => takeLive(deps, event.conversationId, event.entry));
      case 'channel-head':
        return run(event.conversationId, async () => {
          expectCount(event.lastSeq);
          await follow(deps, event.conversationId, event.lastSeq);
          if (event.isPending) bringUpToDateIn(event.conversationId, await reconcileDelay(deps, event.conversationId));
        });
      case 'conversation': {
        const { conversationId, kind } = event.conversation;
        if (kind === 'channel') run(conversationId, () => noteMembership(conversationId));
        return;
      }
      case 'conversation-gone':
        return run(event.conversationId, () => deps.transact((tx) => leaveChannel(tx, event.conversationId)));
      case 'invitations':
        if (areInvitationsQueued) return;
        areInvitationsQueued = true;
        return run('', async () => {
          areInvitationsQueued = false;
          await refreshInvitations(deps);
        });
      default:
    }
  }

  /** The account is a member, perhaps since now; who else is may have changed. */
  async function noteMembership(id: ConversationId): Promise<void> {
    await learnConversations(deps, [id]);
    await knownConversation(deps.reader, id, 'channel');
    const isNew = await deps.transact(async (tx) => {
      const row = await tx.get(CHANNEL_ROWS.channel(id));
      // What an earlier life of this device asked for was done after this one had asked for all channels.
      if (row?.status === 'creating') await finishCreation(deps, tx, id, row);
      if (row !== null && row.status !== 'left') return false;
      await putChannel(tx, id, { ...NEW_CHANNEL, incarnation: row?.incarnation ?? 0, epoch: row?.epoch ?? 0 });
      return true;
    });
    bringUpToDateIn(id, isNew ? await joinDelay(deps, id) : await reconcileDelay(deps, id));
  }

  /** Renews leaves that are due. */
  async function renewLeaves(): Promise<void> {
    for (const { key, value } of await deps.reader.list(CHANNEL_ROWS.channels)) {
      if (value.status === 'joined' && isLeafDue(deps, value))
        bringUpToDateIn(placeOf(key).conversationId, Math.random() * REFRESH_SPREAD_MS);
    }
  }

  async function openWelcomes(): Promise<void> {
    for (const id of await channelsWithWelcomes(deps)) bringUpToDateIn(id, 0);
  }

  async function shareEverywhere(): Promise<void> {
    for (const { key, value } of await deps.reader.list(CHANNEL_ROWS.channels)) {
      const { conversationId } = placeOf(key);
      if (value.awaitingSharedHistory?.length) run(conversationId, () => share(conversationId));
    }
  }

  function disconnected(): void {
    isConnected = false;
    clearInterval(roundTimer);
    for (const { handle } of timers.values()) clearTimeout(handle);
    for (const waiting of [...turns.values(), ...repetitions]) clearTimeout(waiting);
    repetitions.clear();
    timers.clear();
    turns.clear();
  }

  return {
    connected() {
      isConnected = true;
      attempts.clear();
      roundTimer = setInterval(() => run('', renewLeaves), ROUND_MS);
      run('', compareWithServer);
      run('', openWelcomes);
      run('', () => refreshInvitations(deps));
      run('', () => fetchSharedHistory(deps));
      run('', renewLeaves);
      run('', shareEverywhere);
    },
    disconnected,
    // A server that sends more than is worked off has to wait, see `MOST_RECEIVED`.
    apply(event) {
      takeEvent(event);
      return waitingTasks > MOST_WAITING ? idle() : undefined;
    },
    committed(keys) {
      if (!isConnected) return;
      const isNamed = (prefix: string): boolean => keys.some((key) => key.startsWith(prefix));
      for (const key of keys) {
        const { conversationId } = placeOf(key);
        if (key.startsWith(CHANNEL_ROWS.welcomes)) bringUpToDateIn(conversationId, 0);
        else if (key.startsWith(CHANNEL_ROWS.channels)) run(conversationId, () => checkRow(conversationId));
      }
      if (isNamed(PEERS)) run('', () => recheckUnlisted(deps, keys));
      if (isNamed(ROWS.allSharedHistory)) run('', () => fetchSharedHistory(deps));
      if (isNamed(INVITATIONS)) run('', () => nameInvitations(deps));
    },
    async stop() {
      disconnected();
      await idle();
    },
  };
}

const PEERS = 'peer/';
const INVITATIONS = 'invitation/';
