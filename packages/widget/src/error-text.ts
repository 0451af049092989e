import type { ErrorCode, SealError } from '@seal-chat/client';
import type { ChatStrings } from './i18n/strings.ts';

/** What `code` means to the person, in their language. */
export function codeText(code: ErrorCode, strings: ChatStrings): string {
  return strings.errors[code] ?? strings.errors.INTERNAL ?? code;
}

/** Says what went wrong and, where known, when to try again. */
export function errorText(error: SealError, strings: ChatStrings): string {
  const text = codeText(error.code, strings);
  const { retryAfterMs } = error.details;
  return retryAfterMs === undefined
    ? text
    : `${text} ${strings.waitSeconds(Math.max(1, Math.ceil(retryAfterMs / 1000)))}`;
}
