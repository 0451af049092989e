import { describe, expect, it } from 'vitest';
import { agoLabel, calendarDaysBetween, dayLabel, isSameDay, listLabel } from './dates.ts';

const NOW = new Date(2026, 10, 20, 12, 30).getTime(); // a Friday
const HOUR = 3_600_000;
const daysAgo = (days: number, hour = 12): number => new Date(2026, 10, 20 - days, hour).getTime();

describe('dates', () => {
  it('counts calendar days, not 24 hours', () => {
    expect(calendarDaysBetween(daysAgo(1, 23), NOW)).toBe(1);
    expect(calendarDaysBetween(daysAgo(0, 0), NOW)).toBe(0);
    expect(isSameDay(daysAgo(0, 0), daysAgo(0, 23))).toBe(true);
    expect(isSameDay(daysAgo(0, 0), daysAgo(0, 0) - 1)).toBe(false);
  });

  it('counts days across a change of the clock', () => {
    const beforeChange = new Date(2026, 2, 28, 23, 59).getTime();
    const afterChange = new Date(2026, 2, 30, 0, 1).getTime();
    expect(calendarDaysBetween(beforeChange, afterChange)).toBe(2);
  });

  it('names days as people do', () => {
    expect(dayLabel(NOW, NOW, 'en')).toBe('Today');
    expect(dayLabel(daysAgo(1), NOW, 'en')).toBe('Yesterday');
    expect(dayLabel(daysAgo(3), NOW, 'en')).toBe('Tuesday');
    expect(dayLabel(daysAgo(30), NOW, 'en')).toBe('Wednesday, October 21');
    expect(dayLabel(daysAgo(400), NOW, 'en')).toBe('October 16, 2025');
    expect(dayLabel(daysAgo(1), NOW, 'de')).toBe('Gestern');
  });

  it('does not call a message from a clock that runs fast a weekday', () => {
    expect(dayLabel(daysAgo(-1), NOW, 'en')).toBe('Saturday, November 21');
  });

  it('shows the time today and less the longer ago it was', () => {
    expect(listLabel(daysAgo(0, 9), NOW, 'de')).toBe('9:00');
    expect(listLabel(daysAgo(2), NOW, 'en')).toBe('Wednesday');
    expect(listLabel(daysAgo(9), NOW, 'de')).toBe('11.11.26');
  });

  it('says how long ago in the unit that fits', () => {
    expect(agoLabel(NOW, NOW, 'en')).toBe('this minute');
    expect(agoLabel(NOW - 5 * 60_000, NOW, 'en')).toBe('5 minutes ago');
    expect(agoLabel(NOW - 3 * HOUR, NOW, 'en')).toBe('3 hours ago');
    expect(agoLabel(daysAgo(2), NOW, 'en')).toBe('2 days ago');
    expect(agoLabel(NOW + HOUR, NOW, 'en')).toBe('this minute');
  });
});
