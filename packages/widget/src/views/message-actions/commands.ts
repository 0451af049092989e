import type { Message } from '@seal-chat/client';
import type { MessageTexts } from '../../internal/message-texts.ts';

/** What the menu, the emoji picker and the question before deleting can have done with a message. */
export interface MessageCommands {
  readonly texts: MessageTexts;
  /** Hands the message to the composer, to be answered. */
  reply(message: Message): void;
  /** Hands a message of this person to the composer, to be edited. */
  edit(message: Message): void;
  copy(message: Message): Promise<void>;
  /** Adds this person's reaction or takes it back, and closes what is open. */
  react(message: Message, emoji: string): void;
  openPicker(message: Message): void;
  /** Asks before anything is deleted. */
  askToDelete(message: Message): void;
  delete(message: Message, isForEveryone: boolean): Promise<void>;
  closeAll(): void;
}
