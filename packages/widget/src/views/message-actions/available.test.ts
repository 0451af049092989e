import type { ChannelState, ConversationSummary, Message, MessageView } from '@seal-chat/client';
import { expect, it } from 'vitest';
import { availableActions } from './available.ts';

function message(content: MessageView, isOwn: boolean, seq: number | null = 1): Message {
  return { content, isOwn, seq } as Message;
}

function summary(channel: Partial<ChannelState> | null): ConversationSummary {
  return {
    channel: channel === null ? null : { ownRole: 'member', state: 'joined', ...channel },
  } as ConversationSummary;
}

const text: MessageView = { kind: 'text', text: 'hello' };
const names = (...input: Parameters<typeof availableActions>): readonly string[] =>
  Object.entries(availableActions(...input) ?? {})
    .filter(([, isThere]) => isThere)
    .map(([name]) => name);

it('offers what this person may do with this message', () => {
  expect(names(message(text, true), summary(null), true)).toEqual([
    'reply',
    'react',
    'edit',
    'copy',
    'deleteForMe',
    'deleteForEveryone',
  ]);
  expect(names(message(text, false), summary(null), true)).toEqual(['reply', 'react', 'copy', 'deleteForMe']);
  expect(names(message({ kind: 'deleted', isConfirmed: true }, true), summary(null), true)).toEqual(['deleteForMe']);
});

it('lets admins and owners take back what others wrote in their channel', () => {
  for (const ownRole of ['admin', 'owner'] as const)
    expect(names(message(text, false), summary({ ownRole }), true)).toContain('deleteForEveryone');
  expect(names(message(text, false), summary({}), true)).not.toContain('deleteForEveryone');
  expect(names(message(text, false), summary({ ownRole: 'admin' }), true)).not.toContain('edit');
});

it('writes nothing where nothing can be written', () => {
  for (const state of ['left', 'joining', 'broken'] as const)
    expect(names(message(text, true), summary({ state }), true)).toEqual(['copy', 'deleteForMe']);
  expect(names(message(text, true), summary(null), false)).toEqual(['copy', 'deleteForMe']);
});

it('offers nothing for messages without a sequence number, and for events', () => {
  expect(availableActions(message(text, true, null), summary(null), true)).toBe(null);
  const event: MessageView = { kind: 'event', event: { type: 'reset' } };
  expect(availableActions(message(event, true), summary({}), true)).toBe(null);
});
