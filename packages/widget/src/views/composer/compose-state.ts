import type { Message, Readable } from '@seal-chat/client';
import type { ComposeRequest } from '../../messages/compose-request.ts';

/** What is being written in a composer. */
export interface Composing {
  readonly mode: 'new' | 'reply' | 'edit';
  /** The message that is replied to or edited; null in mode `new`. */
  readonly message: Message | null;
  /** What is in the field. */
  readonly text: string;
  /** What was in the field before an edit began, and returns to it after the edit. */
  readonly before: string;
}

const NOTHING: Composing = { mode: 'new', message: null, text: '', before: '' };

/** Holds what is being written: a new message, a reply, or an edit of a message that was sent before. */
export class ComposeState implements Readable<Composing> {
  #now: Composing = NOTHING;
  readonly #listeners = new Set<(now: Composing) => void>();

  get(): Composing {
    return this.#now;
  }

  subscribe(listener: (now: Composing) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What is kept for the next visit: what was begun, without an edit of a message that was sent before. */
  get draft(): string {
    const { mode, before, text } = this.#now;
    return mode === 'edit' ? before : text;
  }

  /** Starts over with the draft of a conversation. */
  open(draft: string): void {
    this.#set({ ...NOTHING, text: draft });
  }

  setText(text: string): void {
    this.#set({ ...this.#now, text });
  }

  /** Begins a reply, or an edit; either ends the one before. */
  begin({ mode, message }: ComposeRequest): void {
    const { draft } = this;
    if (mode === 'reply') this.#set({ mode, message, text: draft, before: '' });
    else this.#set({ mode, message, text: 'text' in message.content ? message.content.text : '', before: draft });
  }

  /** Ends a reply or an edit without sending it. */
  cancel(): void {
    this.#set({ ...NOTHING, text: this.draft });
  }

  /** Goes on after `sent` was stored. What was typed or begun in the meantime stays. */
  next(sent: Composing): void {
    const now = this.#now;
    const after = (text: string): string => (text === sent.text ? sent.before : text);
    if (now.mode === sent.mode && now.message === sent.message) this.#set({ ...NOTHING, text: after(now.text) });
    else if (now.mode === 'edit') this.#set({ ...now, before: after(now.before) });
    else this.#set({ ...now, text: after(now.text) });
  }

  #set(next: Composing): void {
    this.#now = next;
    for (const listener of this.#listeners) listener(next);
  }
}
