import type { Conversation, Message, Readable, SealClient } from '../../src/index.ts';
import { patient } from '../../../../scripts/lib/patience.mjs';

/** A condition of a test holds within this, ms. */
export const PATIENCE_MS = patient(15_000);

/** The first value of `source` that `accept`s; fails with what it last was. */
export function until<T>(source: Readable<T>, accept: (value: T) => boolean, what = 'condition'): Promise<T> {
  const current = source.get();
  if (accept(current)) return Promise.resolve(current);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unsubscribe();
      reject(new Error(`waited for ${what}; it was ${JSON.stringify(source.get()).slice(0, 600)}`));
    }, PATIENCE_MS);
    const unsubscribe = source.subscribe((value) => {
      if (!accept(value)) return;
      clearTimeout(timer);
      unsubscribe();
      resolve(value);
    });
  });
}

export const online = (client: SealClient) =>
  until(client.connection, ({ status }) => status === 'online', 'the connection');

/** What a message says, or why it does not. */
export function textOf({ content }: Message): string {
  return content.kind === 'text' || content.kind === 'post'
    ? content.text
    : `<${content.kind === 'undecryptable' ? content.cause : content.kind}>`;
}

export function texts(conversation: Conversation): string[] {
  return conversation.messages.get().messages.map(textOf);
}

/** Waits until the conversation expectShown exactly `expected`, in that order. */
export async function expectShown(conversation: Conversation, expected: readonly string[]): Promise<void> {
  const wanted = JSON.stringify(expected);
  const isShown = (): boolean => JSON.stringify(texts(conversation)) === wanted;
  await until(conversation.messages, isShown, `messages ${wanted}`).catch(() => {
    throw new Error(`expected ${wanted}, shown ${JSON.stringify(texts(conversation))}`);
  });
}

/** The conversation of `client` with `other`, once it is known here. */
export async function dmWith(client: SealClient, userId: string): Promise<Conversation> {
  const all = await until(
    client.conversations,
    (list) => list.some(({ peer }) => peer?.userId === userId),
    'the conversation',
  );
  return client.conversation(all.find(({ peer }) => peer?.userId === userId)!.conversationId);
}

/** Loads a conversation back to its beginning. */
export async function whole(conversation: Conversation): Promise<void> {
  await until(conversation.messages, ({ isLoaded }) => isLoaded, 'the first page');
  while (conversation.messages.get().hasEarlier) await conversation.loadEarlier();
}
