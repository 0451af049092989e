import type { ConversationId, UserId } from '@seal-chat/protocol';
import { expect, it, vi } from 'vitest';
import { createLiveTracker } from './live-state.ts';

it('a server that names people without end takes up no more memory, and those who stop typing leave nothing', async () => {
  vi.useFakeTimers();
  try {
    const live = createLiveTracker();
    for (let i = 0; i < 10_000; i++) {
      const userId = `user ${i}` as UserId;
      live.apply({ type: 'presence', userId, state: 'online', lastSeenAt: null });
      live.apply({ type: 'typing', conversationId: `in ${i}` as ConversationId, userId, isTyping: true });
    }
    let told = 0;
    live.state.subscribe(() => void told++);
    await Promise.resolve();
    const { presence, typing } = live.state.get();
    expect(told).toBe(1);
    expect(Object.keys(presence)).toHaveLength(2_048);
    expect(Object.keys(typing)).toHaveLength(2_048);
    // Those who are known are told of as before.
    live.apply({ type: 'presence', userId: 'user 0' as UserId, state: 'away', lastSeenAt: null });
    await Promise.resolve();
    expect(live.state.get().presence['user 0' as UserId]?.state).toBe('away');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(live.state.get().typing).toEqual({});
  } finally {
    vi.useRealTimers();
  }
});
