import type { ConversationId, ErrorCode, SealError } from '@seal-chat/protocol';
import { backoffDelay, sleep } from '../api/backoff.ts';
import { toSealError } from '../api/errors.ts';
import { dropUnsent } from '../content/store-received.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import type { FoundRow } from '../store/device-tx.ts';
import { LIST_ROWS } from '../store/list-rows.ts';
import { ROWS, placeOf, type OutboxRow, type RowKey } from '../store/rows.ts';

/**
 * Sends one queued message, from whatever state an earlier attempt left it in.
 *
 * @param attempt how often this was tried before
 * @throws SealError, retryable or not; the message is still in the outbox
 */
export type Sender = (key: RowKey<OutboxRow>, attempt: number) => Promise<void>;

/** Not the message's fault. */
const STOPS: ReadonlySet<ErrorCode> = new Set(['NOT_SIGNED_IN', 'DEVICE_REVOKED', 'STORAGE_FAILED']);

/**
 * Empties the outbox: each conversation in its order, conversations side by side.
 *
 * @param senders for direct messages and for channels
 */
export function createOutbox(deps: Deps, senders: { readonly dm: Sender; readonly channel: Sender }): LeaderPart {
  const queues = new Map<ConversationId, { readonly done: Promise<void>; changes: number }>();
  const stopping = new AbortController();
  let waiting = new AbortController();
  /** Nothing is sent before the first connection: only then is it known that this store was not rolled back. */
  let isResumed = false;
  const starting = createTaskQueue(deps.report);

  async function startQueues(): Promise<void> {
    const rows = await deps.reader.list(ROWS.allOutbox);
    const waitingRows = rows.filter(({ value }) => isReady(value));
    for (const conversationId of new Set(waitingRows.map(({ key }) => placeOf(key).conversationId))) {
      const running = queues.get(conversationId);
      if (running !== undefined) {
        running.changes++;
        continue;
      }
      const queue = { changes: 0, done: Promise.resolve() };
      queue.done = runQueue(conversationId).finally(() => {
        queues.delete(conversationId);
        // Queued while the last row of this run was being stored.
        if (queue.changes > 0) queueChanged();
      });
      queues.set(conversationId, queue);
    }
  }

  async function runQueue(conversationId: ConversationId): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted;) {
      const head = await firstWaiting(deps, conversationId);
      if (head === null) return;
      try {
        await send(head.key, attempt);
        attempt = 0;
      } catch (cause) {
        const error = toSealError(cause);
        if (error.code === 'INTERNAL') deps.report(error);
        // Signed out or revoked meanwhile: what is queued stays as it is.
        if (STOPS.has(error.code)) return;
        if (!error.isRetryable) await markFailed(deps, head.key, error);
        else await sleep(error.details.retryAfterMs ?? backoffDelay(attempt++), waiting.signal);
      }
    }
  }

  /** Sends by the way of the conversation: to each device of a DM, or to a channel's group. */
  async function send(key: RowKey<OutboxRow>, attempt: number): Promise<void> {
    const conversation = await deps.reader.get(ROWS.conversation(placeOf(key).conversationId));
    await (conversation?.kind === 'channel' ? senders.channel : senders.dm)(key, attempt);
  }

  function queueChanged(): void {
    if (isResumed && !stopping.signal.aborted) void starting.add(startQueues);
  }

  /** What messages wait for may have come: no queue waits any longer. */
  function blockersChanged(): void {
    waiting.abort();
    waiting = new AbortController();
    queueChanged();
  }

  return {
    connected() {
      isResumed = true;
      blockersChanged();
    },
    committed(keys) {
      if (keys.some((key) => key.startsWith(ROWS.allOutbox))) queueChanged();
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

async function firstWaiting(
  { reader }: Pick<Deps, 'reader'>,
  conversationId: ConversationId,
): Promise<FoundRow<OutboxRow> | null> {
  const rows = await reader.list(ROWS.outboxOf(conversationId));
  return rows.find(({ value }) => isReady(value)) ?? null;
}

/** Waits for nothing but its turn. */
function isReady({ failure, waitsFor }: OutboxRow): boolean {
  return failure === null && !waitsFor?.length;
}

/**
 * What people see in their list stays there, with its cause, for them to decide. Of the rest no one would miss a read
 * position; that a change could not be made is reported.
 */
async function markFailed(deps: Deps, key: RowKey<OutboxRow>, error: SealError): Promise<void> {
  const dropped = await deps.transact(async (tx) => {
    const row = await tx.get(key);
    if (row === null) return null;
    if (row.shown === undefined && row.content.kind !== 'text') await dropUnsent(deps, tx, key, error.code);
    else tx.put(key, { ...row, failure: error.code });
    return row.shown === undefined ? row.content.kind : null;
  });
  if (dropped === 'coded') deps.report(error);
}
