import { describe, expect, it } from 'vitest';
import { enChannels as strings } from '../../i18n/en-channels.ts';
import { descriptionProblem, nameProblem } from './names.ts';

describe('a channel’s name', () => {
  it('is one line of 1 to 80 bytes, counted as the server counts them', () => {
    expect(nameProblem('harbour', strings)).toBeNull();
    expect(nameProblem('x'.repeat(80), strings)).toBeNull();
    // Composed, an ä has two bytes, not three.
    expect(nameProblem('a\u0308'.repeat(40), strings)).toBeNull();
    expect(nameProblem('x'.repeat(81), strings)).toBe(strings.channelNameTooLong);
    expect(nameProblem('ä'.repeat(41), strings)).toBe(strings.channelNameTooLong);
  });

  it('is missing when it is blank, and no name with invisible characters', () => {
    expect(nameProblem(' \t', strings)).toBe(strings.channelNameMissing);
    expect(nameProblem('two\nlines', strings)).toBe(strings.channelNameInvalid);
    expect(nameProblem('har\u200Bbour', strings)).toBe(strings.channelNameInvalid);
    expect(nameProblem('\u202Eharbour', strings)).toBe(strings.channelNameInvalid);
  });
});

it('allows a description of 1,000 bytes', () => {
  expect(descriptionProblem('', strings)).toBeNull();
  expect(descriptionProblem(`${'x'.repeat(1_000)}\n`, strings)).toBeNull();
  expect(descriptionProblem('x'.repeat(1_001), strings)).toBe(strings.channelDescriptionTooLong);
});
