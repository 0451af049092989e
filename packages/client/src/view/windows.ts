import type { ConversationId } from '@seal-chat/protocol';
import type { MessageWindow } from '../model/conversation.ts';
import { createAtom, type Atom, type Readable } from '../state/atom.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import { EMPTY_WINDOW, createWindowContent, type WindowContent, type WindowSource } from './message-window.ts';

/** A window without subscribers that no one asks for ends after this time, ms. Until then it follows what changes. */
const IDLE_MS = 5 * 60 * 1_000;

interface OpenWindow {
  readonly atom: Atom<MessageWindow>;
  readonly content: WindowContent;
  /** What has changed since the window was refreshed; null for all of it. */
  changed: Set<string> | null;
  subscribers: number;
  /** This device's clock, ms. */
  usedAt: number;
}

/** The message windows that are open. One ends some time after the last who looked at it. */
export interface Windows {
  /** The same object for a conversation every time. */
  of(conversationId: ConversationId): Readable<MessageWindow>;
  /** Notes which rows have changed. Returns whether a window is to be refreshed. */
  note(keys: readonly string[]): boolean;
  /** Refreshes what has changed. */
  refresh(source: WindowSource): Promise<void>;
  /** Reads all of all windows at the next refresh. */
  reset(): void;
  /** Shows nothing until the next refresh. */
  empty(): void;
  grow(conversationId: ConversationId): void;
  shrink(conversationId: ConversationId): void;
}

/** @param schedule asks for a refresh */
export function createWindows(schedule: () => void): Windows {
  const windows = new Map<ConversationId, OpenWindow>();
  const watched = new Map<ConversationId, Readable<MessageWindow>>();

  function open(conversationId: ConversationId): OpenWindow {
    let window = windows.get(conversationId);
    if (window === undefined) {
      window = {
        atom: createAtom(EMPTY_WINDOW),
        content: createWindowContent(conversationId),
        changed: null,
        subscribers: 0,
        usedAt: 0,
      };
      windows.set(conversationId, window);
      schedule();
    }
    window.usedAt = Date.now();
    return window;
  }

  function readable(conversationId: ConversationId): Readable<MessageWindow> {
    return {
      get: () => open(conversationId).atom.get(),
      subscribe(listener) {
        const window = open(conversationId);
        const unsubscribe = window.atom.subscribe(listener);
        window.subscribers++;
        let isSubscribed = true;
        return () => {
          if (!isSubscribed) return;
          isSubscribed = false;
          unsubscribe();
          // A later one begins with the last page again.
          window.usedAt = Date.now();
          if (--window.subscribers === 0) window.content.shrink();
        };
      },
    };
  }

  return {
    of(conversationId) {
      open(conversationId);
      let found = watched.get(conversationId);
      if (found === undefined) watched.set(conversationId, (found = readable(conversationId)));
      return found;
    },
    note(keys) {
      let isConcerned = false;
      for (const key of keys) {
        if (!IN_WINDOW.test(key)) continue;
        const window = windows.get(placeOf(key).conversationId);
        if (window === undefined) continue;
        window.changed?.add(key);
        isConcerned = true;
      }
      return isConcerned;
    },
    async refresh(source) {
      for (const [conversationId, window] of windows) {
        const { changed, content, atom } = window;
        if (changed?.size === 0) continue;
        if (window.subscribers === 0 && Date.now() - window.usedAt > IDLE_MS) {
          windows.delete(conversationId);
          continue;
        }
        window.changed = new Set();
        try {
          atom.set(await (changed === null ? content.load(source) : content.update(source, changed)));
        } catch (error) {
          // Read as a whole the next time.
          window.changed = null;
          throw error;
        }
      }
    },
    reset() {
      for (const window of windows.values()) window.changed = null;
    },
    empty() {
      for (const { atom } of windows.values()) atom.set(EMPTY_WINDOW);
    },
    grow(conversationId) {
      const window = open(conversationId);
      window.content.grow();
      window.changed?.add(ROWS.conversation(conversationId));
    },
    shrink(conversationId) {
      const window = windows.get(conversationId);
      if (window === undefined) return;
      window.content.shrink();
      window.changed?.add(ROWS.conversation(conversationId));
      schedule();
    },
  };
}

const IN_WINDOW = /^(?:conversation|message|outbox)\//;
