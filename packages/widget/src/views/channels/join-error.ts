import { isSealError, type SealError } from '@seal-chat/client';
import { errorText } from '../../error-text.ts';
import type { ChannelStrings } from '../../i18n/channel-strings.ts';
import type { ShownStrings } from '../../i18n/strings.ts';

/** Why a channel could not be joined, or an invitation not be answered. */
export function joinErrorText(error: SealError, strings: ShownStrings & ChannelStrings): string {
  // The server does not reveal whether a private channel exists.
  const isGone = isSealError(error, 'NOT_FOUND') || isSealError(error, 'NOT_A_MEMBER');
  return isGone ? strings.channelGone : errorText(error, strings);
}
