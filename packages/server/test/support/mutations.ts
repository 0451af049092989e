/** Gives numbers from 0 to below 1. */
export type Dice = () => number;

/** Creates dice that give the same numbers for the same seed (mulberry32). */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Returns one of `from`. */
export function pick<T>(dice: Dice, from: readonly T[]): T {
  return from[Math.floor(dice() * from.length)]!;
}

/** Numbers that are no counts, or too large for one. */
export const ODD_NUMBERS = [-1, 0, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -0, Number.MAX_SAFE_INTEGER];
/** Texts that something between the wire and the database may take for something else. */
export const ODD_TEXTS = [
  '',
  '\u0000',
  '\ud800',
  'A',
  '=',
  '../',
  "';--",
  '%00',
  '\u202e',
  'A'.repeat(3_000),
  '00000000-0000-0000-0000-000000000000',
  '__proto__',
];

/** A value of any kind, at most three levels deep. */
export function oddValue(dice: Dice, depth = 3): unknown {
  const kind = Math.floor(dice() * (depth > 0 ? 8 : 5));
  if (kind === 0) return null;
  if (kind === 1) return dice() < 0.5;
  if (kind === 2) return pick(dice, ODD_NUMBERS);
  if (kind <= 4) return pick(dice, ODD_TEXTS);
  const values = Array.from({ length: Math.floor(dice() * 5) }, () => oddValue(dice, depth - 1));
  if (kind === 5) return values;
  return Object.fromEntries(values.map((value) => [pick(dice, [...ODD_TEXTS, 'userId', 'kind', 'length']), value]));
}

/** `text` with some of its characters replaced, removed, repeated or put in. */
export function spoilText(dice: Dice, text: string): string {
  let result = text;
  for (let left = 1 + Math.floor(dice() * 4); left > 0; left--) {
    const at = Math.floor(dice() * (result.length + 1));
    const length = Math.floor(dice() * 6);
    const put = pick(dice, [
      '',
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\\',
      '\u0000',
      '9',
      'e9',
      '-',
      'null',
      '\ud800',
      'é',
      result.slice(at, at + 30),
    ]);
    result = result.slice(0, at) + put + result.slice(at + length);
  }
  return result;
}
