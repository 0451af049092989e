import type { ConnectionState, ConversationId, DeviceId, ErrorCode, MessageId, UserId } from '@seal-chat/client';

/**
 * What `<seal-chat>` tells the page. The page's other scripts can listen to these events, so they carry ids and
 * counts only, never what people write.
 */
export interface SealChatEvents {
  /** A person is signed in on this device, and their conversations are loaded. */
  'seal-ready': { readonly userId: UserId; readonly deviceId: DeviceId };
  /** A message of another person, or of another of this person's devices, has arrived. */
  'seal-message': { readonly conversationId: ConversationId; readonly messageId: MessageId; readonly isOwn: boolean };
  /** The number of unread messages in all conversations has changed. */
  'seal-unread': { readonly count: number };
  /** The connection to the server has changed. */
  'seal-connection': { readonly status: ConnectionState['status'] };
  /** Something failed that the person may need help with. */
  'seal-error': { readonly code: ErrorCode };
}

/** The events of `<seal-chat>` as they are dispatched: they bubble, and cross shadow roots. */
export type SealChatEventMap = { readonly [Name in keyof SealChatEvents]: CustomEvent<SealChatEvents[Name]> };

/** One of the events, ready to be dispatched. */
export function sealEvent<Name extends keyof SealChatEvents>(
  name: Name,
  detail: SealChatEvents[Name],
): CustomEvent<SealChatEvents[Name]> {
  return new CustomEvent(name, { detail, bubbles: true, composed: true });
}

declare global {
  /** Every element, the document and the window: `document.addEventListener('seal-unread', …)` knows the detail as well. */
  interface GlobalEventHandlersEventMap extends SealChatEventMap {}
}
