import { enMessages } from '../i18n/en-messages.ts';
import type { MessageStrings } from '../i18n/message-strings.ts';
import type { ShownStrings } from '../i18n/strings.ts';
import { completeWith } from './complete-texts.ts';

/** All texts that parts around richer messages show. */
export type MessageTexts = ShownStrings & MessageStrings;

/** `strings` with the texts around richer messages: those of the language shown, else English. */
export const messageTexts = completeWith<MessageStrings>(enMessages);
