import type { ConversationId } from '@seal-chat/protocol';
import type { RowKey, RowPrefix } from './rows.ts';

/** Places of messages that the person has deleted on this device: what comes for them later is not shown. */
export const ERASED_ROWS = {
  erased: (id: ConversationId, seq: number) => `erased/${id}/${String(seq).padStart(16, '0')}` as RowKey<number>,
  erasedIn: (id: ConversationId) => `erased/${id}/` as RowPrefix<number>,
} as const;
