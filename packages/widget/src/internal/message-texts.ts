import { enMessages } from '../i18n/en-messages.ts';
import type { MessageStrings } from '../i18n/message-strings.ts';
import type { ShownStrings } from '../i18n/strings.ts';

/** All texts that parts around richer messages show. */
export type MessageTexts = ShownStrings & MessageStrings;

/** Tables that were completed before: every message asks for one. */
const complete: WeakMap<ShownStrings, MessageTexts> = new WeakMap();

/** `strings` with the texts around richer messages: those of the language shown, else English. */
export function messageTexts(strings: ShownStrings): MessageTexts {
  let found = complete.get(strings);
  if (found === undefined) complete.set(strings, (found = { ...enMessages, ...strings }));
  return found;
}
