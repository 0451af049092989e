/** Number of avatar colours the style sheet knows. */
export const AVATAR_HUES = 10;

/** How someone without a name is drawn: a ring with a gap, and a dot inside it. */
export interface RingMark {
  /** Where the gap begins, in eighths of a turn, 0 to 7. */
  readonly turn: number;
  /** How wide the gap is, 0 to 2. */
  readonly gap: number;
  /** Where the dot is, in eighths of a turn, 0 to 7. */
  readonly place: number;
}

/** A colour for a person or channel that is the same wherever they are shown, from 0 to `AVATAR_HUES - 1`. */
export function avatarHue(id: string): number {
  return hash(id) % AVATAR_HUES;
}

/** One of 192 marks for a person without a name, the same wherever they are shown. */
export function ringMark(id: string): RingMark {
  // Mixed again: the mark must not follow from the colour, and ids that look alike must not share marks.
  let rest = mix(hash(id));
  const take = (count: number): number => {
    const taken = rest % count;
    rest = Math.floor(rest / count);
    return taken;
  };
  return { gap: take(3), turn: take(8), place: take(8) };
}

/** One or two letters that stand for `name` in an avatar. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return letters.map((word) => firstGrapheme(word).toLocaleUpperCase()).join('');
}

function hash(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (value * 31 + text.charCodeAt(i)) >>> 0;
  return value;
}

/** The finalizer of MurmurHash3 (32 bits): every bit of `value` changes about half of the bits of the result. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function firstGrapheme(word: string): string {
  for (const { segment } of new Intl.Segmenter().segment(word)) return segment;
  return '';
}
