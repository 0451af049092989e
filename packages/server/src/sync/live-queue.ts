import { SealError } from '@seal-chat/protocol';
import type { ChannelEntry, LiveEvent } from '@seal-chat/protocol/api';
import type { ChannelEntryEvent } from '../delivery/hub.ts';

/** Live events that wait for a reader. */
export interface LiveQueue {
  /**
   * An event; one that replaces another has the same `key`. Of the presence of people, what is too much is left out.
   * @throws SealError UNAVAILABLE when too many of another kind wait
   */
  add(event: LiveEvent, key: string): void;
  /** A log entry. When too much waits, only how far the logs reach is kept: the reader asks for the rest. */
  addEntry(event: ChannelEntryEvent): void;
  /** What waited, in order; of the presence of people a part, and the rest the next time. */
  take(): LiveEvent[];
  isEmpty(): boolean;
}

/** Live events that wait; a reader that slow starts over, and reads the state from the lists. */
const MAX_EVENTS = 2_048;
/** People whose presence waits, each once, and how many are told of at a time. */
const MAX_PRESENCE = 10_000;
const PRESENCE_AT_ONCE = 500;
/** Log entries that wait, and characters of them. */
const MAX_ENTRIES = 256;
const MAX_ENTRY_CHARACTERS = 1_048_576;

export function createLiveQueue(): LiveQueue {
  const events = new Map<string, LiveEvent>();
  const presence = new Map<string, LiveEvent>();
  let entries = 0;
  let characters = 0;

  /** The key of what only the latest of matters for a channel. */
  const headKey = (conversationId: string): string => `channel-head:${conversationId}`;

  function setHead(conversationId: ChannelEntryEvent['conversationId'], seq: number): void {
    const key = headKey(conversationId);
    const head = events.get(key);
    const known = head?.type === 'channel-head' ? head : { lastSeq: 0, isPending: false };
    events.set(key, {
      type: 'channel-head',
      conversationId,
      lastSeq: Math.max(known.lastSeq, seq),
      isPending: known.isPending,
    });
  }

  /** Puts heads in the place of all log entries. */
  function collapse(): void {
    for (const [key, event] of events) {
      if (event.type !== 'channel-entry') continue;
      events.delete(key);
      setHead(event.conversationId, event.entry.seq);
    }
    entries = 0;
    characters = 0;
  }

  /** Drops what waits of a channel: a former member gets nothing more of it. */
  function forget(conversationId: string): void {
    for (const [key, event] of events) {
      if (event.type === 'channel-entry' && event.conversationId === conversationId) events.delete(key);
    }
    events.delete(headKey(conversationId));
  }

  return {
    add(event, key) {
      if (event.type === 'presence') {
        if (presence.size < MAX_PRESENCE || presence.has(key)) presence.set(key, event);
        return;
      }
      if (events.size >= MAX_EVENTS) throw new SealError('UNAVAILABLE', 'sync: the reader is too slow');
      if (event.type === 'conversation-gone') forget(event.conversationId);
      events.set(key, event);
    },

    addEntry(event) {
      const { conversationId, entry } = event;
      entries++;
      characters += sizeOf(entry);
      if (entries > MAX_ENTRIES || characters > MAX_ENTRY_CHARACTERS) collapse();
      if (entries === 0 || events.has(headKey(conversationId))) setHead(conversationId, entry.seq);
      else events.set(`channel-entry:${conversationId}:${entry.seq}`, event);
    },

    take() {
      const people = [...presence].slice(0, PRESENCE_AT_ONCE);
      for (const [key] of people) presence.delete(key);
      const taken = [...people.map(([, event]) => event), ...events.values()];
      events.clear();
      entries = 0;
      characters = 0;
      return taken;
    },

    isEmpty: () => events.size === 0 && presence.size === 0,
  };
}

function sizeOf(entry: ChannelEntry): number {
  if (entry.kind === 'message') return entry.body.length + entry.envelope.length;
  return entry.kind === 'commit' ? entry.commit.length : 0;
}
