import { describe, expect, it } from 'vitest';
import { AVATAR_HUES, avatarHue, initials, ringMark } from './look.ts';

describe('avatars', () => {
  it('takes the first letters of the first and last word', () => {
    expect(initials('alice')).toBe('A');
    expect(initials('ada king-lovelace')).toBe('AL');
    expect(initials('émile')).toBe('É');
    expect(initials('ليلى')).toBe('ل');
    expect(initials('')).toBe('');
  });

  it('gives a person one of the known colours, and always the same', () => {
    const hues = new Set(Array.from({ length: 200 }, (_, i) => avatarHue(`user-${i}`)));
    expect(hues.size).toBe(AVATAR_HUES);
    expect(Math.max(...hues)).toBe(AVATAR_HUES - 1);
    expect(avatarHue('user-1')).toBe(avatarHue('user-1'));
  });

  it('gives people without a name many different rings, and each person always the same one', () => {
    const marks = Array.from({ length: 400 }, (_, i) => ringMark(`5f0c${i}-guest`));
    const seen = new Set(marks.map(({ gap, turn, place }) => `${gap} ${turn} ${place}`));
    expect(seen.size).toBeGreaterThan(120);
    for (const { gap, turn, place } of marks) {
      expect([0, 1, 2]).toContain(gap);
      for (const eighth of [turn, place]) expect(eighth).toBe(Math.max(0, Math.min(7, Math.trunc(eighth))));
    }
    expect(ringMark('guest')).toEqual(ringMark('guest'));
  });

  it('draws people of one colour with different rings', () => {
    const ids = Array.from({ length: 2_000 }, (_, i) => `guest-${i}`).filter((id) => avatarHue(id) === 3);
    expect(new Set(ids.map((id) => JSON.stringify(ringMark(id)))).size).toBeGreaterThan(80);
  });
});
