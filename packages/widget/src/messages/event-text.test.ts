import { expect, it } from 'vitest';
import type { ConversationMember, UserId } from '@seal-chat/client';
import { enMessages } from '../i18n/en-messages.ts';
import { en } from '../i18n/en.ts';
import { eventText } from './event-text.ts';

const texts = { ...enMessages, ...en };
const id = (name: string): UserId => name as UserId;
const members = ['bob', 'ada', 'me'].map((username): ConversationMember => ({
  userId: id(username),
  username,
  role: 'member',
  isSelf: username === 'me',
  presence: { state: 'offline', lastSeenAt: null },
  isTyping: false,
  isIdentityTrusted: true,
  verification: 'none',
  isBlocked: false,
}));

it('says who reset the keys of a channel as what the server says: nothing proves it', () => {
  const text = (by: string) => eventText({ type: 'reset' }, id(by), members, texts);
  expect(text('bob')).toBe('The channel’s keys were reset (according to the server: bob).');
  expect(text('me')).toBe('The channel’s keys were reset (according to the server: you).');
});

it('says who did what, the person as "you", and people who are gone as someone', () => {
  const userIds = [id('me')];
  expect(eventText({ type: 'added', userIds }, id('bob'), members, texts)).toBe('bob added you.');
  expect(eventText({ type: 'removed', userIds: [id('zoe')] }, id('me'), members, texts)).toBe('You removed Someone.');
  expect(eventText({ type: 'joined', userIds: [id('bob'), id('ada')] }, id('bob'), members, texts)).toBe(
    'bob and ada joined.',
  );
  expect(eventText({ type: 'timer', seconds: 86_400 }, id('ada'), members, texts)).toBe(
    'ada set messages to disappear after 1 day.',
  );
  expect(eventText({ type: 'timer', seconds: 0 }, id('ada'), members, texts)).toBe(
    'ada turned disappearing messages off.',
  );
});
