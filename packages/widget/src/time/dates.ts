const DAY_MS = 86_400_000;

/** Formatters are costly to make and cheap to use: one set for each language. */
interface Formatters {
  readonly time: Intl.DateTimeFormat;
  readonly weekday: Intl.DateTimeFormat;
  readonly dayMonth: Intl.DateTimeFormat;
  readonly dayMonthYear: Intl.DateTimeFormat;
  readonly short: Intl.DateTimeFormat;
  readonly full: Intl.DateTimeFormat;
  readonly relative: Intl.RelativeTimeFormat;
}

const cache: Map<string, Formatters> = new Map();

function formatters(lang: string): Formatters {
  let found = cache.get(lang);
  if (found === undefined) {
    const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(lang, options);
    found = {
      time: format({ hour: 'numeric', minute: '2-digit' }),
      weekday: format({ weekday: 'long' }),
      dayMonth: format({ weekday: 'long', day: 'numeric', month: 'long' }),
      dayMonthYear: format({ day: 'numeric', month: 'long', year: 'numeric' }),
      short: format({ day: '2-digit', month: '2-digit', year: '2-digit' }),
      full: format({ dateStyle: 'full', timeStyle: 'medium' }),
      relative: new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }),
    };
    cache.set(lang, found);
  }
  return found;
}

/** Calendar days from `then` to `now` in local time; negative when `then` is in the future. Both are ms since 1970. */
export function calendarDaysBetween(then: number, now: number): number {
  return Math.round((localMidnight(now) - localMidnight(then)) / DAY_MS);
}

/** True when both times, ms, fall on the same calendar day. */
export function isSameDay(a: number, b: number): boolean {
  return localMidnight(a) === localMidnight(b);
}

/** Hour and minute of `at`, ms. */
export function timeLabel(at: number, lang: string): string {
  return formatters(lang).time.format(at);
}

/** Everything about `at`, ms, for a tooltip. */
export function fullLabel(at: number, lang: string): string {
  return formatters(lang).full.format(at);
}

/** Heads the messages of a day: today, yesterday, a weekday within a week, else the date. Times in ms. */
export function dayLabel(at: number, now: number, lang: string): string {
  const { relative, weekday, dayMonth, dayMonthYear } = formatters(lang);
  const days = calendarDaysBetween(at, now);
  if (days === 0 || days === 1) return capitalise(relative.format(-days, 'day'), lang);
  if (days > 1 && days < 7) return capitalise(weekday.format(at), lang);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return capitalise((sameYear ? dayMonth : dayMonthYear).format(at), lang);
}

/** The label next to a conversation: the time today, then yesterday, a weekday, the date. Times in ms. */
export function listLabel(at: number, now: number, lang: string): string {
  const days = calendarDaysBetween(at, now);
  if (days <= 0) return timeLabel(at, lang);
  return days < 7 ? dayLabel(at, now, lang) : formatters(lang).short.format(at);
}

/** How long ago `at` was, in the largest unit that fits: "5 minutes ago". Times in ms. */
export function agoLabel(at: number, now: number, lang: string): string {
  const { relative } = formatters(lang);
  const minutes = Math.max(0, Math.floor((now - at) / 60_000));
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  return relative.format(-calendarDaysBetween(at, now), 'day');
}

function localMidnight(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}

function capitalise(text: string, lang: string): string {
  return text.charAt(0).toLocaleUpperCase(lang) + text.slice(1);
}
