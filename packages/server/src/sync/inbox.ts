import { tracked, type TrackedEnvelope } from '@trpc/server';
import { isSealError, type SealError } from '@seal-chat/protocol';
import type { MailboxEvent, SyncBatch, SyncEvent } from '@seal-chat/protocol/api';
import type { Connection, Session } from '../sessions/session.ts';
import type { Inbox } from '../delivery/hub.ts';
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
/** Bytes on their way to the network beyond which nothing more is given to the socket. */
const MAX_BUFFERED_BYTES = 1_048_576;

/**
 * Creates the inbox of one subscription. Entries that continue what was sent are sent from memory;
 * whenever one does not, the mailbox is read from where the device is. So nothing is lost, doubled or out of order,
 * whatever happens to be offered.
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
  let ended: SealError | null = null;
  let wake: (() => void) | null = null;

  function awaken(): void {
    wake?.();
    wake = null;
  }

  function fallBehind(): void {
    isBehind = true;
    queue = [];
    queuedCharacters = 0;
  }

  function isReady(): boolean {
    return ended !== null || isBehind || queue.length > 0 || live !== null;
  }

  function takeLive(): SyncEvent[] {
    if (live === null) return [];
    const events = live.take();
    if (live.isEmpty()) live = null;
    return events;
  }

  /** What is ready, as one batch; null when a read found nothing new. */
  async function nextBatch(): Promise<InboxBatch | null> {
    if (!isBehind) {
      const events = live === null ? queue : [...takeLive(), ...queue];
      sent += queue.length;
      queue = [];
      queuedCharacters = 0;
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
      awaken();
    },

    readMailbox() {
      fallBehind();
      awaken();
    },

    restsAt: () => (isBehind || isReading || queue.length > 0 ? null : sent),

    tell(event, key) {
      live ??= createLiveQueue();
      try {
        live.add(event, key);
      } catch (error) {
        if (!isSealError(error)) throw error;
        ended ??= error;
      }
      awaken();
    },

    tellEntry(event) {
      live ??= createLiveQueue();
      live.addEntry(event);
      awaken();
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
          if (batch !== null) yield batch;
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
