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
  /** What is said together is told once, when the caller has returned. */
  apply(event: LiveEvent & { type: 'typing' | 'presence' }): void;
  /** Typing notices stop counting. */
  stop(): void;
}

/** People whose presence is known, and people who type at the same time; further ones are not taken in. */
const MOST = 2_048;

export function createLiveTracker(): LiveTracker {
  const state = createAtom<LiveState>(NOT_CONNECTED);
  const presence = new Map<UserId, Presence>();
  /** The first is the first to end. */
  const typists = new Map<string, { readonly at: ConversationId; readonly who: UserId; readonly until: number }>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;

  function publish(): void {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      const typing = new Map<ConversationId, UserId[]>();
      for (const { at, who } of typists.values()) typing.set(at, [...(typing.get(at) ?? []), who]);
      state.set({ ...state.get(), presence: Object.fromEntries(presence), typing: Object.fromEntries(typing) });
    });
  }

  function setTyping(at: ConversationId, who: UserId, isTyping: boolean): void {
    const key = `${at}/${who}`;
    typists.delete(key);
    if (isTyping && typists.size < MOST) typists.set(key, { at, who, until: performance.now() + LIFETIMES.typingMs });
    timer ??= setTimeout(expire, LIFETIMES.typingMs);
    publish();
  }

  /** Notices that are over no longer count. */
  function expire(): void {
    timer = undefined;
    for (const [key, { until }] of typists) {
      if (until > performance.now()) {
        timer = setTimeout(expire, until - performance.now());
        break;
      }
      typists.delete(key);
    }
    publish();
  }

  function stopTyping(): void {
    clearTimeout(timer);
    timer = undefined;
    typists.clear();
    publish();
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
      if (presence.size < MOST || presence.has(userId)) presence.set(userId, { state: is, lastSeenAt });
      publish();
    },
    stop: stopTyping,
  };
}
