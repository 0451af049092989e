import { tracked, type TrackedEnvelope } from '@trpc/server';
import { isSealError, type SealError } from '@seal-chat/protocol';
import type { MailboxEvent, SyncBatch, SyncEvent } from '@seal-chat/protocol/api';
import type { Connection, Line, Session } from '../sessions/session.ts';
import type { ChannelEntryEvent, Inbox } from '../delivery/hub.ts';
import { bytesOfBatch } from './batch-bytes.ts';
import { createLiveQueue, type LiveQueue } from './live-queue.ts';

/** Reads the mailbox of the inbox's device. */
export interface MailboxReader {
  /** The position to begin after. */
  readonly start: () => Promise<number>;
  /** The entries after `position`, in order; fewer than all when they are many, and then at least one. */
  readonly readAfter: (position: number) => Promise<MailboxPage>;
}

export interface MailboxPage {
  readonly events: readonly MailboxEvent[];
  /** Whether there are more after these. */
  readonly hasMore: boolean;
}

/** What one turn of a subscription sends; its id is the position the device has reached with it. */
export type InboxBatch = TrackedEnvelope<SyncBatch>;

/** A running subscription, and the loop that empties it. */
export interface RunningInbox extends Inbox {
  /**
   * Yields until the subscription is stopped; throws what ended it. Everything that is ready travels in one batch.
   * `begin` runs first, `end` last, whatever happens between.
   */
  batches(
    signal: AbortSignal,
    hooks: { readonly begin: () => Promise<void>; readonly end: () => void },
  ): AsyncGenerator<InboxBatch, void, void>;
}

/** Entries and characters that wait for a slow reader in memory; beyond, the mailbox is read again instead. */
const MAX_QUEUED_ENTRIES = 512;
const MAX_QUEUED_CHARACTERS = 1_048_576;
/** Log entries of one turn that are sent without the queue of live events, which replaces and collapses. */
const MAX_FRESH = 64;
/** Bytes on their way to the network beyond which nothing more is given to the socket. */
const MAX_BUFFERED_BYTES = 1_048_576;

const NO_ENTRIES: ChannelEntryEvent[] = [];

/** What is done at the end of this turn. */
let due: (() => void)[] = [];

function atEndOfTurn(task: () => void): void {
  if (due.push(task) > 1) return;
  queueMicrotask(() => {
    const tasks = due;
    due = [];
    for (const one of tasks) one();
  });
}

/**
 * Creates the inbox of one subscription. Entries that continue what was sent are sent from memory;
 * whenever one does not, the mailbox is read from where the device is. So nothing is lost, doubled or out of order,
 * whatever happens to be offered.
 *
 * What begins and what reads the mailbox goes through the generator. Whatever comes while that waits for something to do
 * goes straight to the socket at the end of the turn, all that is ready in one batch: for each of a thousand readers of
 * a message, a turn of the generator and of tRPC is most of the work.
 */
export function createInbox(deps: {
  readonly session: Session;
  readonly connection: Connection | null;
  readonly reader: MailboxReader;
}): RunningInbox {
  const { session, connection, reader } = deps;
  /** Position of the last entry that was sent. */
  let sent = 0;
  /** Entries that follow `sent` without a gap. */
  let queue: MailboxEvent[] = [];
  let queuedCharacters = 0;
  /** Whether the mailbox may hold entries that are not in the queue. */
  let isBehind = true;
  let isReading = false;
  let isCaughtUp = false;
  /** Null while there are no live events, which is nearly always. */
  let live: LiveQueue | null = null;
  /** Log entries of this turn; empty while there are live events. */
  let fresh: ChannelEntryEvent[] = NO_ENTRIES;
  let ended: SealError | null = null;
  /** Wakes the generator; null while that has something to do. */
  let wake: (() => void) | null = null;
  let line: Line | null = null;
  let isFlushDue = false;

  function awaken(): void {
    wake?.();
    wake = null;
  }

  /** Sends what is ready at the end of the turn, past the generator if that waits. */
  function flushSoon(): void {
    if (isFlushDue || wake === null) return;
    if (line === null) return awaken();
    isFlushDue = true;
    atEndOfTurn(flush);
  }

  function flush(): void {
    isFlushDue = false;
    if (wake === null || !isReady()) return;
    if (line === null || ended !== null || isBehind || connection!.bufferedBytes() > MAX_BUFFERED_BYTES) {
      return awaken();
    }
    const events = takeReady();
    line.send(String(sent), bytesOfBatch(events));
    // Of the presence of many people, a part is sent at a time.
    if (live !== null) awaken();
  }

  function fallBehind(): void {
    isBehind = true;
    queue = [];
    queuedCharacters = 0;
  }

  function isReady(): boolean {
    return ended !== null || isBehind || queue.length > 0 || live !== null || fresh.length > 0;
  }

  function takeLive(): SyncEvent[] {
    if (live === null) {
      const entries = fresh;
      fresh = NO_ENTRIES;
      return entries;
    }
    const events = live.take();
    if (live.isEmpty()) live = null;
    return events;
  }

  /** Takes what is in memory; the device has it with what is sent next. */
  function takeReady(): readonly SyncEvent[] {
    const first = takeLive();
    if (queue.length === 0) return first;
    const events = first.length === 0 ? queue : [...first, ...queue];
    sent += queue.length;
    queue = [];
    queuedCharacters = 0;
    return events;
  }

  /** The queue of live events, with what came this turn before them. */
  function liveQueue(): LiveQueue {
    if (live === null) {
      live = createLiveQueue();
      for (const event of fresh) live.addEntry(event);
      fresh = NO_ENTRIES;
    }
    return live;
  }

  /** What is ready, as one batch; null when a read found nothing new. */
  async function nextBatch(): Promise<InboxBatch | null> {
    if (!isBehind) {
      const events = takeReady();
      return tracked(String(sent), { events });
    }
    isBehind = false;
    isReading = true;
    const { events: read, hasMore } = await reader.readAfter(sent);
    isReading = false;
    sent = read.at(-1)?.position ?? sent;
    dropSent();
    if (hasMore) fallBehind();
    const events = [...takeLive(), ...read];
    if (!isBehind && !isCaughtUp) {
      isCaughtUp = true;
      events.push({ type: 'caught-up' });
    }
    return events.length === 0 ? null : tracked(String(sent), { events });
  }

  /** Entries that were offered while the mailbox was read, less those the read found. */
  function dropSent(): void {
    queue = queue.filter((event) => event.position > sent);
    if (queue.length > 0 && queue[0]!.position !== sent + 1) fallBehind();
  }

  return {
    tenantId: session.tenantId,
    userId: session.userId,
    deviceId: session.deviceId,
    sessionId: session.sessionId,

    offer(event) {
      if (isBehind) return;
      const newest = queue.at(-1)?.position ?? sent;
      if (event.position <= newest) return;
      // While the mailbox is read, it is not known yet how far that gets.
      const isNext = event.position === newest + 1 || (isReading && queue.length === 0);
      queuedCharacters += sizeOf(event);
      if (!isNext || queue.length >= MAX_QUEUED_ENTRIES || queuedCharacters > MAX_QUEUED_CHARACTERS) fallBehind();
      else queue.push(event);
      if (isBehind) awaken();
      else flushSoon();
    },

    readMailbox() {
      fallBehind();
      awaken();
    },

    restsAt: () => (isBehind || isReading || queue.length > 0 ? null : sent),

    tell(event, key) {
      try {
        liveQueue().add(event, key);
      } catch (error) {
        if (!isSealError(error)) throw error;
        ended ??= error;
      }
      flushSoon();
    },

    tellEntry(event) {
      if (live !== null || wake === null || fresh.length >= MAX_FRESH) liveQueue().addEntry(event);
      else if (fresh.length === 0) fresh = [event];
      else fresh.push(event);
      flushSoon();
    },

    end(error) {
      ended ??= error;
      awaken();
    },

    async *batches(signal, { begin, end }) {
      signal.addEventListener('abort', awaken);
      try {
        await begin();
        sent = await reader.start();
        while (!signal.aborted) {
          if (ended !== null) throw ended;
          if (!isReady()) {
            await new Promise<void>((resolve) => (wake = resolve));
            continue;
          }
          if (connection !== null && connection.bufferedBytes() > MAX_BUFFERED_BYTES) {
            await connection.drained();
            continue;
          }
          const batch = await nextBatch();
          if (batch === null) continue;
          if (line === null) connection?.onSent(batch[1], (opened) => (line = opened));
          yield batch;
        }
      } finally {
        signal.removeEventListener('abort', awaken);
        end();
      }
    },
  };
}

function sizeOf(event: MailboxEvent): number {
  if (event.type === 'message') return event.body.length + event.envelope.length;
  return event.type === 'welcome' ? event.welcome.length : 0;
}
