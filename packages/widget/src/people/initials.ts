/** Number of avatar colours the style sheet knows. */
export const AVATAR_HUES = 8;

/** One or two letters that stand for `name` in an avatar. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return letters.map((word) => firstGrapheme(word).toLocaleUpperCase()).join('');
}

/** A colour for a person that is the same wherever they are shown, from 0 to `AVATAR_HUES - 1`. */
export function avatarHue(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) >>> 0;
  return hash % AVATAR_HUES;
}

function firstGrapheme(word: string): string {
  for (const { segment } of new Intl.Segmenter().segment(word)) return segment;
  return '';
}
