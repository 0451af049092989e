import type { ConversationId, ErrorCode, SealError } from '@seal-chat/protocol';
import { backoffDelay, sleep } from '../api/backoff.ts';
import { toSealError } from '../api/errors.ts';
import type { Deps } from '../context/deps.ts';
import type { FoundRow } from '../store/device-tx.ts';
import { ROWS, placeOf, type OutboxRow, type RowKey } from '../store/rows.ts';
import { loadCode } from '../context/load-code.ts';
import { contentCode } from '../receive/receive-message.ts';
import { sendMessage } from './send-message.ts';

/** Empties the outbox: each conversation in its order, conversations side by side. */
export interface Outbox {
  /** Something may have been queued. */
  poke(): void;
  /** What messages wait for may be there. */
  stir(): void;
  /** The connection is back: nobody waits any longer. */
  wake(): void;
  /** Stops; resolves when nothing is under way. What is queued stays. */
  stop(): Promise<void>;
}

/** Not the message's fault. */
const STOPS: ReadonlySet<ErrorCode> = new Set(['NOT_SIGNED_IN', 'DEVICE_REVOKED', 'STORAGE_FAILED']);

export function createOutbox(deps: Deps): Outbox {
  const queues = new Map<ConversationId, { readonly done: Promise<void>; pokes: number }>();
  const stopping = new AbortController();
  let waiting = new AbortController();
  /** Nothing is sent before the first connection: only then is it known that this store was not rolled back. */
  let isAwake = false;
  let looking: Promise<void> = Promise.resolve();

  async function startQueues(): Promise<void> {
    const rows = await deps.reader.list(ROWS.allOutbox);
    const waitingRows = rows.filter(({ value }) => isReady(value));
    for (const conversationId of new Set(waitingRows.map(({ key }) => placeOf(key).conversationId))) {
      const running = queues.get(conversationId);
      if (running !== undefined) {
        running.pokes++;
        continue;
      }
      const queue = { pokes: 0, done: Promise.resolve() };
      queue.done = runQueue(conversationId).finally(() => {
        queues.delete(conversationId);
        // Queued while the last row of this run was being stored.
        if (queue.pokes > 0) look();
      });
      queues.set(conversationId, queue);
    }
  }

  async function runQueue(conversationId: ConversationId): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted;) {
      const head = await firstWaiting(deps, conversationId);
      if (head === null) return;
      try {
        await send(deps, head.key, attempt);
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

  function look(): void {
    if (!isAwake || stopping.signal.aborted) return;
    looking = looking.then(startQueues).catch((error: unknown) => deps.report(error));
  }

  function stir(): void {
    waiting.abort();
    waiting = new AbortController();
    look();
  }

  return {
    poke: look,
    stir,
    wake() {
      isAwake = true;
      stir();
    },
    async stop() {
      stopping.abort();
      waiting.abort();
      await looking;
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

/** Sends by the way of its conversation: to each device of a DM, or to a channel's group. */
async function send(deps: Deps, key: RowKey<OutboxRow>, attempt: number): Promise<void> {
  const conversation = await deps.reader.get(ROWS.conversation(placeOf(key).conversationId));
  if (conversation?.kind !== 'channel') return sendMessage(deps, key, attempt);
  const { sendToChannel } = await loadCode(() => import('../channels/send.ts'));
  await sendToChannel(deps, key, attempt);
}

/**
 * What people see in their list stays there, with its cause, for them to decide. Of the rest nobody would miss a read
 * position; that a change could not be made is reported.
 */
async function markFailed(deps: Deps, key: RowKey<OutboxRow>, error: SealError): Promise<void> {
  const { dropUnsent } = await contentCode();
  const dropped = await deps.transact(async (tx) => {
    const row = await tx.get(key);
    if (row === null) return null;
    if (row.shown === undefined && row.content.kind !== 'text') await dropUnsent(deps, tx, key, error.code);
    else tx.put(key, { ...row, failure: error.code });
    return row.shown === undefined ? row.content.kind : null;
  });
  if (dropped === 'coded') deps.report(error);
}
