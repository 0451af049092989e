import { describe, expect, it } from 'vitest';
import type { Message } from '@seal-chat/client';
import { ComposeState } from './compose-state.ts';

/** A message with nothing in it but its text. */
function messageOf(text: string): Message {
  return { content: { kind: 'text', text } } as Message;
}

function typing(text: string): ComposeState {
  const state = new ComposeState();
  state.setText(text);
  return state;
}

describe('ComposeState', () => {
  it('tells its listeners of every change until they unsubscribe', () => {
    const state = new ComposeState();
    const heard: string[] = [];
    const end = state.subscribe(({ text }) => heard.push(text));
    state.setText('a');
    state.setText('ab');
    end();
    state.setText('abc');
    expect(heard).toEqual(['a', 'ab']);
  });

  it('keeps the text when a reply begins and when it is cancelled', () => {
    const state = typing('half a thought');
    const message = messageOf('question');
    state.begin({ mode: 'reply', message });
    expect(state.get()).toEqual({ mode: 'reply', message, text: 'half a thought', before: '' });
    expect(state.draft).toBe('half a thought');
    state.cancel();
    expect(state.get()).toEqual({ mode: 'new', message: null, text: 'half a thought', before: '' });
  });

  it('gives back what was typed before an edit when the edit is cancelled', () => {
    const state = typing('half a thought');
    state.begin({ mode: 'edit', message: messageOf('teh sea') });
    expect(state.get().text).toBe('teh sea');
    state.setText('the sea');
    state.cancel();
    expect(state.get()).toEqual({ mode: 'new', message: null, text: 'half a thought', before: '' });
  });

  it('never offers the text of an edit as the draft', () => {
    const state = typing('half a thought');
    state.begin({ mode: 'edit', message: messageOf('one') });
    state.begin({ mode: 'edit', message: messageOf('two') });
    expect(state.get().text).toBe('two');
    expect(state.draft).toBe('half a thought');
    state.begin({ mode: 'reply', message: messageOf('three') });
    expect(state.get().text).toBe('half a thought');
  });

  it('begins an edit of a message without text with an empty field', () => {
    const state = typing('half a thought');
    state.begin({ mode: 'edit', message: { content: { kind: 'deleted', isConfirmed: true } } as Message });
    expect(state.get().text).toBe('');
  });

  it('is empty after a new message or a reply was stored', () => {
    const state = typing('hello');
    state.next(state.get());
    expect(state.get()).toEqual({ mode: 'new', message: null, text: '', before: '' });
    state.setText('yes');
    state.begin({ mode: 'reply', message: messageOf('coming?') });
    state.next(state.get());
    expect(state.get()).toEqual({ mode: 'new', message: null, text: '', before: '' });
  });

  it('gives back what was typed before an edit when the edit was stored', () => {
    const state = typing('half a thought');
    state.begin({ mode: 'edit', message: messageOf('teh sea') });
    state.setText('the sea');
    state.next(state.get());
    expect(state.get()).toEqual({ mode: 'new', message: null, text: 'half a thought', before: '' });
  });

  it('keeps what was typed while the message was being stored', () => {
    const state = typing('hello');
    const sent = state.get();
    state.setText('hello again');
    state.next(sent);
    expect(state.get().text).toBe('hello again');
  });

  it('keeps a reply that was begun while another message was being stored, without the text that was sent', () => {
    const state = typing('hello');
    const sent = state.get();
    const message = messageOf('coming?');
    state.begin({ mode: 'reply', message });
    state.next(sent);
    expect(state.get()).toEqual({ mode: 'reply', message, text: '', before: '' });
  });

  it('does not bring back a sent text after an edit that was begun while it was being stored', () => {
    const state = typing('hello');
    const sent = state.get();
    const message = messageOf('teh sea');
    state.begin({ mode: 'edit', message });
    state.next(sent);
    expect(state.get()).toEqual({ mode: 'edit', message, text: 'teh sea', before: '' });
    state.cancel();
    expect(state.get().text).toBe('');
  });

  it('starts over with the draft of a conversation that is opened', () => {
    const state = typing('to Bob');
    state.begin({ mode: 'edit', message: messageOf('to Bob too') });
    state.open('to Carol');
    expect(state.get()).toEqual({ mode: 'new', message: null, text: 'to Carol', before: '' });
    expect(state.draft).toBe('to Carol');
  });
});
