import type { ConversationId, UserId } from '@seal-chat/protocol';
import { expect, it, vi } from 'vitest';
import { createAtom } from '../state/atom.ts';
import { createLivePeople } from './live-people.ts';
import { NOT_CONNECTED } from './live-state.ts';

it('a server that names people without end takes up no more memory, and those who stop typing leave nothing', () => {
  vi.useFakeTimers();
  try {
    const state = createAtom(NOT_CONNECTED);
    const people = createLivePeople(state);
    for (let i = 0; i < 5_000; i++) {
      const userId = `user ${i}` as UserId;
      people.apply({ type: 'presence', userId, state: 'online', lastSeenAt: null });
      people.apply({ type: 'typing', conversationId: `in ${i}` as ConversationId, userId, isTyping: true });
    }
    expect(Object.keys(state.get().presence)).toHaveLength(2_048);
    expect(Object.keys(state.get().typing)).toHaveLength(256);
    // Those who are known are told of as before.
    people.apply({ type: 'presence', userId: 'user 0' as UserId, state: 'away', lastSeenAt: null });
    expect(state.get().presence['user 0' as UserId]?.state).toBe('away');
    vi.advanceTimersByTime(60_000);
    expect(state.get().typing).toEqual({});
  } finally {
    vi.useRealTimers();
  }
});
