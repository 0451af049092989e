import { ERRORS, type ErrorCode } from '@seal-chat/client';
import { describe, expect, it } from 'vitest';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { enAccount } from './en-account.ts';
import { enChannels } from './en-channels.ts';
import { en as enChat } from './en.ts';
import { enMessages } from './en-messages.ts';
import { enSocial } from './en-social.ts';
import { chooseLanguage, loadStrings } from './load.ts';
import { plural, type Strings } from './strings.ts';

/** Texts of a table with their path; those that take an argument are called with `argument`. */
function texts(table: object, argument: unknown): readonly (readonly [string, string])[] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]): readonly (readonly [string, string])[] => {
    if (typeof value === 'function')
      return [[key, String((value as (...args: unknown[]) => unknown)(argument, 'x', 'y'))]];
    if (typeof value === 'object' && value !== null)
      return texts(value, argument).map(([inner, text]) => [`${key}.${inner}`, text] as const);
    return [[key, String(value)]];
  });
}

const en: Strings = { ...enChat, ...enAccount, ...enChannels, ...enMessages, ...enSocial };

describe.each([
  ['en', en],
  ['de', de],
  ['ar', ar],
] as [string, Strings][])('texts in %s', (name, table) => {
  it('are there for every key, and nothing in them was forgotten', () => {
    expect(Object.keys(table).toSorted()).toEqual(Object.keys(en).toSorted());
    for (const argument of [0, 1, 2, 3, 11, 100, 1234])
      for (const [key, text] of texts(table, argument)) {
        expect(text.trim(), key).not.toBe('');
        expect(text, key).not.toMatch(/undefined|null|NaN|\[object|#/);
      }
  });

  it('say who is meant wherever a name is handed in', () => {
    const named = [
      'saidBy',
      'messagesOf',
      'isTyping',
      'composerLabel',
      'sayHello',
      'identityChanged',
      'continueAs',
      'invitedBy',
      'acceptNamed',
      'declineNamed',
      'joinNamed',
      'removeMemberConfirm',
      'memberActions',
      'requestHint',
      'blockConfirm',
      'unblockNamed',
      'youBlocked',
      'checkText',
      'differsText',
      'verifiedBefore',
    ] as const;
    for (const key of named) expect(table[key]('Zoë', 'x'), key).toContain('Zoë');
  });

  it('cover every error a person can meet, in this language', () => {
    if (name === 'en') return;
    const missing = (Object.keys(ERRORS) as ErrorCode[]).filter(
      (code) => table.errors[code] === undefined && code !== 'DUPLICATE_MESSAGE',
    );
    expect(missing).toEqual([]);
  });
});

describe('languages', () => {
  it('takes the first that has texts, whatever the region', () => {
    expect(chooseLanguage(['', 'fr-FR', 'de-AT', 'en'])).toBe('de-AT');
    expect(chooseLanguage([undefined, null, 'AR'])).toBe('AR');
    expect(chooseLanguage(['fr', 'tlh'])).toBe('en');
    expect(chooseLanguage(['constructor', '__proto__'])).toBe('en');
  });

  it('keeps the region for dates and numbers', async () => {
    expect(await loadStrings('de-CH')).toMatchObject({ lang: 'de-CH', dir: 'ltr', you: 'Du' });
    expect(await loadStrings('ar')).toMatchObject({ lang: 'ar', dir: 'rtl' });
  });

  it('follows the plural rules of the language', () => {
    expect([1, 2].map((count) => en.unread(count))).toEqual(['1 unread message', '2 unread messages']);
    expect(new Set([0, 1, 2, 3, 11, 100].map((count) => ar.searchCount(count))).size).toBe(6);
    expect(plural('de', 12345, { other: '#' })).toBe('12.345');
  });
});
