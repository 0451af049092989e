import { CONTENT_LIMITS, utf8 } from '@seal-chat/protocol';

/** Control characters, and those that make a name look like another: `exe.gpj` read from the right is `jpg.exe`. */
const DECEIVING = /[\p{Cc}\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069]/gu;
const NOT_IN_NAMES = /[/\\:*?"<>|]/g;

/**
 * A name that a file may be saved under everywhere: one line without directories, at most as long as a message carries.
 * The ending, which says what it is, stays. Empty when there is nothing of it.
 */
export function fileName(name: string): string {
  const plain = name.toWellFormed().replace(DECEIVING, '').replace(NOT_IN_NAMES, '_').trim();
  return withinBytes(/^\.+$/.test(plain) ? '' : plain, CONTENT_LIMITS.fileName);
}

/** `text` cut to `max` bytes of UTF-8, without half characters, before its ending. */
function withinBytes(text: string, max: number): string {
  if (utf8(text).length <= max) return text;
  const ending = /\.\w{1,10}$/.exec(text)?.[0] ?? '';
  const characters = Array.from(text.slice(0, text.length - ending.length));
  while (utf8(characters.join('') + ending).length > max) characters.pop();
  return characters.join('') + ending;
}
