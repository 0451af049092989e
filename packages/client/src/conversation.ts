import type { ConversationId } from '@seal-chat/protocol';
import type { Conversation } from './client-types.ts';
import { markRead } from './conversations/conversation-rows.ts';
import type { TypingNotifier } from './conversations/typing.ts';
import type { Device } from './device.ts';
import { composeText, discardMessage, retryMessage } from './send/compose.ts';
import type { Views } from './view/views.ts';

/** One conversation: delegates, holds nothing. */
export function createConversation(
  deps: { readonly device: Promise<Device>; readonly views: Views; readonly typing: TypingNotifier },
  conversationId: ConversationId,
): Conversation {
  const { device, views, typing } = deps;
  return {
    conversationId,
    summary: views.summary(conversationId),
    get messages() {
      return views.window(conversationId);
    },
    async loadEarlier() {
      await device;
      await views.loadEarlier(conversationId);
    },
    async send(text) {
      const opened = await device;
      const message = await composeText(opened, conversationId, text);
      typing(conversationId, false);
      await opened.settled();
      return message;
    },
    async retry(messageId) {
      await retryMessage(await device, conversationId, messageId);
    },
    async discard(messageId) {
      await discardMessage(await device, conversationId, messageId);
    },
    async markRead(seq) {
      await markRead(await device, conversationId, seq ?? null);
    },
    setTyping: (isTyping) => typing(conversationId, isTyping),
  };
}
