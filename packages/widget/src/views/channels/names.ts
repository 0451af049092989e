import { CONTENT_LIMITS, COUNT_LIMITS } from '@seal-chat/protocol';
import type { ChannelStrings } from '../../i18n/channel-strings.ts';

/** At most this many people can be added or invited in one go. */
export const MOST_PEOPLE: number = COUNT_LIMITS.page;

/** What is wrong with `name` for a channel, or null; the server and the other members check the same. */
export function nameProblem(name: string, strings: ChannelStrings): string | null {
  const normal = name.normalize('NFC').trim();
  if (normal === '') return strings.channelNameMissing;
  if (/\p{C}/u.test(normal)) return strings.channelNameInvalid;
  return new TextEncoder().encode(normal).length > CONTENT_LIMITS.channelName ? strings.channelNameTooLong : null;
}

/** What is wrong with `text` as a channel's description, or null. */
export function descriptionProblem(text: string, strings: ChannelStrings): string | null {
  const length = new TextEncoder().encode(text.trim()).length;
  return length > CONTENT_LIMITS.channelDescription ? strings.channelDescriptionTooLong : null;
}
