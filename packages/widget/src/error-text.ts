import { ERRORS, type ErrorCode, type SealError } from '@seal-chat/client';
import type { Strings } from './i18n/strings.ts';

/** What `code` means to the person, in their language. */
export function codeText(code: ErrorCode, strings: Strings): string {
  return strings.errors[code] ?? ERRORS[code].text;
}

/** A sentence or two that say what went wrong and, where known, when to try again. */
export function errorText(error: SealError, strings: Strings): string {
  const text = codeText(error.code, strings);
  const { retryAfterMs } = error.details;
  return retryAfterMs === undefined
    ? text
    : `${text} ${strings.waitSeconds(Math.max(1, Math.ceil(retryAfterMs / 1000)))}`;
}
