/** What names that people see may be made of, so that no two of them can be taken for each other (UTS 39). */

/** Scripts that a name may be of, one at a time (UAX 31, tables 5 and 7); any other counts as one more. */
const SCRIPTS = [
  'Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu',
  'Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Khmer Mongolian Hiragana Katakana',
  'Bopomofo Han Cherokee Nko Tifinagh Yi',
]
  .join(' ')
  .split(' ')
  .map((script) => [script, new RegExp(`\\p{Script_Extensions=${script}}`, 'u')] as const);

/** Sets of scripts that are written together: the highly restrictive level of UTS 39 §5.2. */
const TOGETHER: readonly ReadonlySet<string>[] = [
  new Set(['Latin', 'Han', 'Hiragana', 'Katakana']),
  new Set(['Latin', 'Han', 'Bopomofo']),
  new Set(['Latin', 'Han', 'Hangul']),
];

/** Marks on one letter. Vietnamese, Hebrew and Arabic need three. */
const MOST_MARKS = 3;

/**
 * Why nobody could be sure of what a name says, as a sentence without its subject; null when all is well. `name` is in
 * NFKC or NFC.
 */
export function nameProblem(name: string): string | null {
  if (/[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\p{Cs}\p{Co}\p{Cn}]/u.test(name)) {
    return 'has characters that cannot be seen';
  }
  const marks = new RegExp(`\\p{Mn}{${MOST_MARKS + 1}}|(\\p{Mn})\\1`, 'u');
  if (marks.test(name.normalize('NFD'))) return 'has too many marks on one letter';
  // Word by word: names of channels may have words of several scripts.
  return name.split(' ').every(isOfOneScript) ? null : 'mixes letters of several scripts';
}

function isOfOneScript(word: string): boolean {
  // Marks and signs that belong to no script go with any.
  const letters = Array.from(word).filter((letter) => !/[\p{Script=Common}\p{Script=Inherited}]/u.test(letter));
  const scriptsOf = letters.map((letter) => {
    const found = SCRIPTS.filter(([, pattern]) => pattern.test(letter)).map(([script]) => script);
    return found.length === 0 ? ['another'] : found;
  });
  const isIn = (set: ReadonlySet<string>): boolean =>
    scriptsOf.every((found) => found.some((script) => set.has(script)));
  const singles = new Set(scriptsOf.flat());
  return [...TOGETHER, ...[...singles].map((script) => new Set([script]))].some(isIn) || letters.length === 0;
}
