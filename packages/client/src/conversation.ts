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

  /** What a verb did is visible when it returns. */
  async function run(verb: (opened: Device) => Promise<void>): Promise<void> {
    const opened = await device;
    await verb(opened);
    await opened.settled();
  }

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
    retry: (messageId) => run((opened) => retryMessage(opened, conversationId, messageId)),
    discard: (messageId) => run((opened) => discardMessage(opened, conversationId, messageId)),
    markRead: (seq) => run((opened) => markRead(opened, conversationId, seq ?? null)),
    setTyping: (isTyping) => typing(conversationId, isTyping),
  };
}
