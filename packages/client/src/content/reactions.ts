import { CONTENT_LIMITS, utf8, type UserId } from '@seal-chat/protocol';
import type { MessageChanges } from '../store/rows.ts';
import type { Reaction } from '../model/message.ts';

type Reactions = MessageChanges['reactions'];

/** Different emojis on one message; further ones are dropped. */
const MAX_EMOJIS = 50;
/** Those of one person, taken back or not: nobody takes all places, and a row stays small. */
const MAX_PER_PERSON = 20;

/** What emoji are made of, and what none is without: letters and towers of accents are no reactions. */
const PARTS = /^[\p{Emoji}\p{Emoji_Component}]+$/u;
const CORE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

/** One grapheme that is an emoji, as all readers see it. */
export function isEmoji(text: string): boolean {
  if (!PARTS.test(text) || !CORE.test(text) || utf8(text).length > CONTENT_LIMITS.emoji) return false;
  return [...new Intl.Segmenter().segment(text)].length === 1;
}

/** The newest reaction of a person with an emoji counts, in the order of the conversation. */
export function withReaction(reactions: Reactions, change: Reactions[number]): Reactions {
  const same = reactions.findIndex(({ userId, emoji }) => userId === change.userId && emoji === change.emoji);
  if (same === -1) {
    const emojis = new Set(reactions.map(({ emoji }) => emoji));
    const isFull = emojis.size >= MAX_EMOJIS && !emojis.has(change.emoji);
    const own = reactions.filter(({ userId }) => userId === change.userId).length;
    return isFull || own >= MAX_PER_PERSON ? reactions : [...reactions, change];
  }
  return change.seq <= reactions[same]!.seq ? reactions : reactions.with(same, change);
}

/** As people see it: by emoji, in the order in which each was first used. */
export function viewReactions(reactions: Reactions, ownUserId: UserId): readonly Reaction[] {
  const byEmoji = new Map<string, UserId[]>();
  for (const { emoji, userId, isOn } of reactions) {
    const userIds = byEmoji.get(emoji) ?? [];
    byEmoji.set(emoji, isOn ? [...userIds, userId] : userIds);
  }
  return [...byEmoji]
    .filter(([, userIds]) => userIds.length > 0)
    .map(([emoji, userIds]) => ({ emoji, userIds, isOwn: userIds.includes(ownUserId) }));
}
