import { isSealError } from '@seal-chat/protocol';
import type { Conversation, MessageAttachment, OpenedAttachment } from '../../src/index.ts';
import { until } from './wait.ts';

/** Bytes that differ from chunk to chunk. */
export function content(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 7) ^ (i >>> 8) ^ (i >>> 16);
  return bytes;
}
export const fileOf = (bytes: Uint8Array<ArrayBuffer>, name = 'plans.bin', type = 'application/octet-stream') =>
  new File([bytes], name, { type });

/** Where a request goes. */
export const urlOf = (input: RequestInfo | URL) => (input instanceof Request ? input.url : input.toString());
/** The files of the newest message with any, once it is here and accepted. */
export async function received(
  conversation: Conversation,
): Promise<{ seq: number; files: readonly MessageAttachment[] }> {
  const find = () =>
    conversation.messages.get().messages.findLast(({ seq, content: { kind } }) => seq !== null && kind === 'post');
  await until(conversation.messages, () => find() !== undefined, 'a message with files');
  const message = find()!;
  return { seq: message.seq!, files: message.content.kind === 'post' ? message.content.attachments : [] };
}

/** All bytes of an opened file. */
export async function read({ stream }: OpenedAttachment): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}
export const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
export const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (isSealError(error) ? error : (error as Error)),
  );
/** The code of what a promise fails with, or its name; null when it does not. */
export const codeOf = async (promise: Promise<unknown>) => {
  const error = await errorOf(promise);
  return isSealError(error) ? error.code : (error?.name ?? null);
};
