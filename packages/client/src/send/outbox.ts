import type { ConversationId, ErrorCode, SealError } from '@seal-chat/protocol';
import { backoffDelay, sleep } from '../api/backoff.ts';
import { toSealError } from '../api/errors.ts';
import { dropUnsent } from '../content/store-received.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { LIST_ROWS } from '../store/list-rows.ts';
import type { FoundRow } from '../store/device-tx.ts';
import { conversationsWithQueue, queuedIn } from '../store/queued-rows.ts';
import { ROWS, placeOf, type OutboxRow, type RowKey } from '../store/rows.ts';

/**
 * Sends one queued message, from whatever state an earlier attempt left it in.
 *
 * @param attempt how often this was tried before
 * @throws SealError, retryable or not; the message is still in the outbox
 */
export type Sender = (key: RowKey<OutboxRow>, attempt: number) => Promise<void>;

/** Not the message's fault. */
const STOPS: ReadonlySet<ErrorCode> = new Set([
  'NOT_SIGNED_IN',
  'DEVICE_REVOKED',
  'DEVICE_CLONED',
  'STORAGE_FAILED',
  'UNSAFE_PAGE',
]);

/**
 * Empties the outbox: each conversation in its order, conversations side by side.
 *
 * @param senders for direct messages and for channels; `passed` is told that there are messages which are not sent
 */
export function createOutbox(
  deps: Deps,
  senders: { readonly dm: Sender; readonly channel: Sender; readonly passed: () => void },
): LeaderPart {
  const queues = new Map<ConversationId, Queue>();
  /** Of each conversation the last row before which nothing can be sent: failed ones are not read for each that follows. */
  const passedIn = new Map<ConversationId, RowKey<OutboxRow>>();
  const stopping = new AbortController();
  let waiting = new AbortController();
  /** Nothing is sent before the first connection: only then is it known that this store was not rolled back. */
  let isResumed = false;
  const starting = createTaskQueue(deps.report);

  /** Starts the queue of a conversation, or tells the one that runs that the row of `key` is to be looked at again. */
  function start(conversationId: ConversationId, key: string): void {
    if (!isResumed || stopping.signal.aborted) return;
    const running = queues.get(conversationId);
    if (running !== undefined) {
      if (running.changed === null || key < running.changed) running.changed = key;
      return;
    }
    const queue: Queue = { changed: key, done: Promise.resolve() };
    queues.set(conversationId, queue);
    queue.done = runQueue(conversationId, queue)
      .catch(deps.report)
      .finally(() => {
        queues.delete(conversationId);
        // Queued while the last row of this run was being stored.
        if (queue.changed !== null) start(conversationId, queue.changed);
      });
  }

  async function startAll(): Promise<void> {
    for (const id of await conversationsWithQueue(deps.reader)) start(id, ROWS.outboxOf(id));
  }

  /** Sends one row after the other. Those that have failed or wait for files are passed, and not read again. */
  async function runQueue(conversationId: ConversationId, queue: Queue): Promise<void> {
    let passed: RowKey<OutboxRow> | null = passedIn.get(conversationId) ?? null;
    for (let attempt = 0; !stopping.signal.aborted;) {
      if (passed !== null && queue.changed !== null && queue.changed <= passed) passed = null;
      queue.changed = null;
      const next = await firstReady(deps, conversationId, passed);
      ({ passed } = next);
      if (passed === null) passedIn.delete(conversationId);
      else {
        passedIn.set(conversationId, passed);
        senders.passed();
      }
      const { ready } = next;
      if (ready === null) return;
      try {
        await send(ready.key, attempt);
        attempt = 0;
      } catch (cause) {
        const error = toSealError(cause);
        if (error.code === 'INTERNAL') deps.report(error);
        // Signed out or revoked meanwhile: what is queued stays as it is.
        if (STOPS.has(error.code)) return;
        if (!error.isRetryable) await markFailed(deps, ready, error);
        else await sleep(error.details.retryAfterMs ?? backoffDelay(attempt++), waiting.signal);
      }
    }
  }

  /** Sends by the way of the conversation: to each device of a DM, or to a channel's group. */
  async function send(key: RowKey<OutboxRow>, attempt: number): Promise<void> {
    const conversation = await deps.reader.get(ROWS.conversation(placeOf(key).conversationId));
    await (conversation?.kind === 'channel' ? senders.channel : senders.dm)(key, attempt);
  }

  /** What messages wait for may have come: no queue waits any longer. */
  function blockersChanged(): void {
    waiting.abort();
    waiting = new AbortController();
    if (isResumed && !stopping.signal.aborted) void starting.add(startAll);
  }

  return {
    connected() {
      isResumed = true;
      blockersChanged();
    },
    committed(keys) {
      for (const key of keys) if (key.startsWith(ROWS.allOutbox)) start(placeOf(key).conversationId, key);
      // The messages of a channel wait for its keys, those of a direct message for a device list that was told of.
      if (keys.some((key) => key.startsWith(CHANNEL_ROWS.groups) || key.startsWith(LIST_ROWS.allPromised)))
        blockersChanged();
    },
    async stop() {
      stopping.abort();
      waiting.abort();
      await starting.idle();
      await Promise.allSettled([...queues.values()].map(({ done }) => done));
    },
  };
}

interface Queue {
  done: Promise<void>;
  /** The first row that was changed since the queue looked; null for none. */
  changed: string | null;
}

/** The first row after `passed` that can be sent, and the last of those before it that cannot. */
async function firstReady(
  { reader }: Pick<Deps, 'reader'>,
  conversationId: ConversationId,
  passed: RowKey<OutboxRow> | null,
): Promise<{ readonly ready: FoundRow<OutboxRow> | null; readonly passed: RowKey<OutboxRow> | null }> {
  let last = passed;
  for await (const found of queuedIn(reader, conversationId, passed === null ? {} : { after: passed })) {
    if (isReady(found.value)) return { ready: found, passed: last };
    last = found.key;
  }
  return { ready: null, passed: last };
}

/** Waits for nothing but its turn. */
function isReady({ failure, waitsFor }: OutboxRow): boolean {
  return failure === null && !waitsFor?.length;
}

/**
 * What people see in their list stays there, with its cause, for them to decide. Of the rest no one would miss a read
 * position; that a change could not be made is reported.
 */
async function markFailed(deps: Deps, sent: FoundRow<OutboxRow>, error: SealError): Promise<void> {
  const { key } = sent;
  const dropped = await deps.transact(async (tx) => {
    const row = await tx.get(key);
    // Another tab has sent it, and its place in the queue may be another message's.
    if (row?.messageId !== sent.value.messageId) return null;
    if (row.shown === undefined && row.content.kind !== 'text') await dropUnsent(deps, tx, key, error.code);
    else tx.put(key, { ...row, failure: error.code });
    return row.shown === undefined ? row.content.kind : null;
  });
  if (dropped === 'coded') deps.report(error);
}
