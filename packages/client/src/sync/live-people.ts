import { LIFETIMES, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { LiveEvent } from '@seal-chat/protocol/api';
import type { Atom } from '../state/atom.ts';
import type { LiveState } from './live-state.ts';

/** Who is there, and who types, as the server tells. */
export interface LivePeople {
  apply(event: LiveEvent & { type: 'typing' | 'presence' }): void;
  /** The connection has ended: typing notices stop counting. */
  disconnected(): void;
}

/** People whose presence is known, and people who type at the same time; further ones are not taken in. */
const MOST_PRESENT = 2_048;
const MOST_TYPISTS = 256;

/** Creates the part that takes in who is there and who types, into `state`, within the two bounds above. */
export function createLivePeople(state: Atom<LiveState>): LivePeople {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let present = 0;

  function setTyping(conversationId: ConversationId, userId: UserId, isTyping: boolean): void {
    const key = `${conversationId}/${userId}`;
    clearTimeout(timers.get(key));
    timers.delete(key);
    if (isTyping) {
      if (timers.size >= MOST_TYPISTS) return;
      const expire = (): void => setTyping(conversationId, userId, false);
      timers.set(key, setTimeout(expire, LIFETIMES.typingMs));
    }
    const { [conversationId]: before = [], ...typing } = state.get().typing;
    const others = before.filter((other) => other !== userId);
    const typists = isTyping ? [...others, userId] : others;
    state.set({ ...state.get(), typing: typists.length > 0 ? { ...typing, [conversationId]: typists } : typing });
  }

  return {
    apply(event) {
      if (event.type === 'typing') return setTyping(event.conversationId, event.userId, event.isTyping);
      const { userId, state: is, lastSeenAt } = event;
      const before = state.get();
      if (!(userId in before.presence) && ++present > MOST_PRESENT) return;
      state.set({ ...before, presence: { ...before.presence, [userId]: { state: is, lastSeenAt } } });
    },
    disconnected() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      state.set({ ...state.get(), typing: {} });
    },
  };
}
