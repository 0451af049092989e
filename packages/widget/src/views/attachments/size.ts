const UNITS: readonly string[] = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/** `bytes` as a person reads it: "1.4 MB". A unit is 1,000 of the one before, as its name says. */
export function sizeLabel(bytes: number, lang: string): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(lang, {
    style: 'unit',
    unit: UNITS[power]!,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power < 2 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

/** `ms` as minutes and seconds. */
export function timeCode(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A part of a whole, from 0 to 1, in per cent. */
export function percentLabel(part: number, lang: string): string {
  return new Intl.NumberFormat(lang, { style: 'percent' }).format(part);
}
