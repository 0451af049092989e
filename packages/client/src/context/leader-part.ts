import type { LiveEvent } from '@seal-chat/protocol/api';

/** Live events of which something is to be kept. */
export type StoredLiveEvent = Exclude<LiveEvent, { type: 'caught-up' | 'typing' | 'presence' }>;
