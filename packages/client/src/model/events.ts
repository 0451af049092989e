import type { AccountState } from './account.ts';
import type { ConnectionState } from './connection.ts';
import type { ConversationSummary } from './conversation.ts';
import type { Message } from './message.ts';
import type { SealError, UserId } from '@seal-chat/protocol';

/** What happened, for `client.on`. */
export interface SealEvents {
  /** A message was stored on this device for the first time: of another person, or from another own device. */
  readonly message: Message;
  /**
   * A message changed: one of this account was queued, accepted or failed; an undecryptable one was opened or given up.
   */
  readonly 'message-changed': Message;
  /** A conversation is new or changed. */
  readonly conversation: ConversationSummary;
  readonly connection: ConnectionState;
  readonly account: AccountState;
  /** Sum of unread counts changed; of muted conversations only mentions count. */
  readonly unread: number;
  /** The account key of `userId` is not the one first seen. */
  readonly 'identity-changed': { readonly userId: UserId };
  /** Something in the background failed and will not be repaired automatically. Never holds content or secrets. */
  readonly error: SealError;
}

export type SealEventName = keyof SealEvents;
