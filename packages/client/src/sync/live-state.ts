import { LIFETIMES, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { LiveEvent } from '@seal-chat/protocol/api';
import { createAtom, type Readable } from '../state/atom.ts';
import type { ConnectionState, Presence } from '../model/connection.ts';

/** What is true only while the connection lasts; never stored. Plain data: the leader sends it to the other tabs. */
export interface LiveState {
  readonly connection: ConnectionState;
  readonly presence: Readonly<Record<UserId, Presence>>;
  readonly typing: Readonly<Record<ConversationId, readonly UserId[]>>;
}

export const NOT_CONNECTED: LiveState = { connection: { status: 'idle' }, presence: {}, typing: {} };

/** The leader's live state. */
export interface LiveTracker {
  readonly state: Readable<LiveState>;
  setConnection(connection: ConnectionState): void;
  apply(event: LiveEvent & { type: 'typing' | 'presence' }): void;
  /** Typing notices stop counting. */
  stop(): void;
}

/** People whose presence is known, and people who type at the same time; further ones are not taken in. */
const MOST = 2_048;

export function createLiveTracker(): LiveTracker {
  const state = createAtom<LiveState>(NOT_CONNECTED);
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function setTyping(conversationId: ConversationId, userId: UserId, isTyping: boolean): void {
    const timerKey = `${conversationId}/${userId}`;
    clearTimeout(timers.get(timerKey));
    timers.delete(timerKey);
    if (isTyping) {
      if (timers.size >= MOST) return;
      const expire = (): void => setTyping(conversationId, userId, false);
      timers.set(timerKey, setTimeout(expire, LIFETIMES.typingMs));
    }
    const before = state.get();
    const others = (before.typing[conversationId] ?? []).filter((other) => other !== userId);
    const { [conversationId]: _, ...typing } = before.typing;
    const typists = isTyping ? [...others, userId] : others;
    state.set({ ...before, typing: typists.length > 0 ? { ...typing, [conversationId]: typists } : typing });
  }

  function stopTyping(): void {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
    state.set({ ...state.get(), typing: {} });
  }

  return {
    state,
    setConnection(connection) {
      if (connection.status !== 'online' && connection.status !== 'catching-up') stopTyping();
      state.set({ ...state.get(), connection });
    },
    apply(event) {
      if (event.type === 'typing') return setTyping(event.conversationId, event.userId, event.isTyping);
      const { userId, state: is, lastSeenAt } = event;
      const before = state.get();
      if (!(userId in before.presence) && Object.keys(before.presence).length >= MOST) return;
      state.set({ ...before, presence: { ...before.presence, [userId]: { state: is, lastSeenAt } } });
    },
    stop: stopTyping,
  };
}
