import { describe, expect, it } from 'vitest';
import { countEmojiOnly } from './emoji.ts';

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
