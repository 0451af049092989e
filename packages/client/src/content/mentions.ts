import { CONTENT_LIMITS, SealError, type UserId } from '@seal-chat/protocol';
import type { Mention } from '@seal-chat/protocol/content';

/** Mentions within their text. */
export function validMentions(text: string, mentions: readonly Mention[]): readonly Mention[] {
  return mentions.filter(({ start, length }) => length > 0 && start + length <= text.length);
}

/** Whether another person names the person of this account. */
export function namesOther(mentions: readonly Mention[], ownUserId: UserId, senderUserId: UserId): boolean {
  return senderUserId !== ownUserId && mentions.some(({ userId }) => userId === ownUserId);
}

/** @throws SealError BAD_INPUT */
export function checkMentions(text: string, mentions: readonly Mention[]): void {
  if (mentions.length > CONTENT_LIMITS.mentions || validMentions(text, mentions).length < mentions.length) {
    throw new SealError('BAD_INPUT', 'mentions: too many or outside');
  }
}
