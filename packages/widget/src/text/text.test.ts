import { describe, expect, it } from 'vitest';
import { countEmojiOnly } from './emoji.ts';
import { AVATAR_HUES, avatarHue, initials } from '../people/initials.ts';

describe('countEmojiOnly', () => {
  it('counts what a reader sees as one picture', () => {
    expect(countEmojiOnly('👍')).toBe(1);
    expect(countEmojiOnly('👍🏽 👩‍👩‍👧‍👦')).toBe(2);
    expect(countEmojiOnly('🇩🇪🏴󠁧󠁢󠁳󠁣󠁴󠁿')).toBe(2);
    expect(countEmojiOnly('❤️')).toBe(1);
  });

  it('is 0 for text, signs, digits, nothing and long rows', () => {
    for (const text of ['', ' ', 'ok 👍', '©', '™', '12', '#', '👍'.repeat(7)])
      expect(countEmojiOnly(text), text).toBe(0);
  });
});

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
});
