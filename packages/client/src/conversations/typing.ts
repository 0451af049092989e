import type { ConversationId } from '@seal-chat/protocol';
import type { SealApi } from '../api/types.ts';

/** A notice counts for five seconds at the other side: this often keeps it up, ms. */
const SPACING_MS = 3_000;

/** Tells others that the person types, where they may be told. A lost notice does no harm. */
export type TypingNotifier = (conversationId: ConversationId, isTyping: boolean) => void;

export function createTypingNotifier(
  api: SealApi,
  mayTell: (conversationId: ConversationId) => boolean,
): TypingNotifier {
  const lastAt = new Map<ConversationId, number>();
  return (conversationId, isTyping) => {
    if (!mayTell(conversationId)) return;
    const last = lastAt.get(conversationId);
    if (isTyping ? last !== undefined && Date.now() - last < SPACING_MS : last === undefined) return;
    if (isTyping) lastAt.set(conversationId, Date.now());
    else lastAt.delete(conversationId);
    void api.sync.typing.mutate({ conversationId, isTyping }).catch(() => {});
  };
}
