import type { Message } from '@seal-chat/client';

/** Asks the composer to reply to a message, or to edit one of this person's own. */
export interface ComposeRequest {
  readonly mode: 'reply' | 'edit';
  readonly message: Message;
}
