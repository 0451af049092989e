import { enMessageList } from '../i18n/en-message-list.ts';
import type { MessageListStrings } from '../i18n/message-strings.ts';
import type { ShownStrings } from '../i18n/strings.ts';
import { completeWith } from './complete-texts.ts';

/** The texts that the list of messages and the composer show before anything is done with them. */
export type MessageListTexts = ShownStrings & MessageListStrings;

/** `strings` with those texts: of the language shown, else English. */
export const messageListTexts = completeWith<MessageListStrings>(enMessageList);
