import { enMessages } from '../i18n/en-messages.ts';
import type { MessageStrings } from '../i18n/message-strings.ts';
import type { ShownStrings } from '../i18n/strings.ts';

/** All texts that parts around richer messages show. */
export type MessageTexts = ShownStrings & MessageStrings;

/** `strings` with the texts around richer messages: those of the language shown, else English. */
export function messageTexts(strings: ShownStrings): MessageTexts {
  return { ...enMessages, ...strings };
}
