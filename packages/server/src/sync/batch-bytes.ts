import type { SyncEvent } from '@seal-chat/protocol/api';

/** The batch that was made last, of one event. */
let last: { readonly event: SyncEvent; readonly bytes: Buffer } | null = null;

/**
 * Returns a batch (`SyncBatch`) as JSON in UTF-8. An entry of a channel's log is one object for all its readers, who get
 * it one after the other: for them it is written once.
 */
export function bytesOfBatch(events: readonly SyncEvent[]): Buffer {
  const [event] = events;
  if (events.length !== 1 || event === undefined) return bytesOf(events);
  if (last?.event !== event) last = { event, bytes: bytesOf(events) };
  return last.bytes;
}

function bytesOf(events: readonly SyncEvent[]): Buffer {
  return Buffer.from(JSON.stringify({ events }));
}
