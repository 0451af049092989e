/** Seconds of each unit, the longest first. */
const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** `seconds` as a person says it, in the longest unit that divides it: "4 weeks". */
export function durationLabel(seconds: number, lang: string): string {
  const [unit, length] = UNITS.find(([, one]) => seconds >= one && seconds % one === 0) ?? ['second', 1];
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / length);
}
