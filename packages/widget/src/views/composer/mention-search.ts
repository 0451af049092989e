import type { ConversationMember, Mention } from '@seal-chat/client';

/** A mention that is being written: `query` is between `start` and the cursor, after its "@". */
export interface MentionSearch {
  readonly start: number;
  readonly query: string;
}

/** The part of a mention before the cursor at `end` of `text`; null when there is none. */
export function findSearch(text: string, end: number): MentionSearch | null {
  const match = /(?:^|[\s(])@([\p{L}\p{N}._-]{0,32})$/u.exec(text.slice(0, end));
  return match === null ? null : { start: end - match[1]!.length - 1, query: match[1]!.toLowerCase() };
}

/** The members who are named in `text` with an "@" before the name, at most `most`. */
export function findMentions(text: string, members: readonly ConversationMember[], most: number): readonly Mention[] {
  const byName = new Map(members.map((member) => [member.username?.toLowerCase(), member.userId] as const));
  const found: Mention[] = [];
  for (const match of text.matchAll(/(?<=^|[\s(])@([\p{L}\p{N}._-]{1,32})/gu)) {
    // A name at the end of a sentence is followed by what may also be part of names.
    for (let name = match[1]!; name !== ''; name = name.replace(/(?:[._-]|[^._-]+)$/u, '')) {
      const userId = byName.get(name.toLowerCase());
      const isWhole = name === match[1] || /[._-]$/u.test(match[1]!.slice(0, name.length + 1));
      if (userId === undefined || !isWhole) continue;
      found.push({ userId, start: match.index, length: name.length + 1 });
      break;
    }
  }
  return found.slice(0, most);
}
