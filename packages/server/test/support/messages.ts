import { newId, type ConversationId, type MessageId } from '@seal-chat/protocol';
import { rng, type Api } from './connections.ts';
import type { TestDevice, TestPerson } from './people.ts';

/** What `messages.send` takes. */
export type SendInput = Parameters<Api['messages']['send']['mutate']>[0];

/** A message of `text` to all devices that `members` have, as `sender` believes. The server cannot tell it is not sealed. */
export function messageTo(
  conversationId: ConversationId,
  members: readonly TestPerson[],
  sender: TestDevice,
  text: string,
  messageId: MessageId = newId<MessageId>(rng(16)),
): SendInput {
  const devices = members.flatMap(({ list }) => list.list.devices.map(({ deviceId }) => deviceId));
  return {
    conversationId,
    messageId,
    deviceLists: members.map(({ userId, list }) => ({ userId, version: list.list.version })),
    body: Buffer.from(text).toString('base64url'),
    envelopes: devices
      .filter((deviceId) => deviceId !== sender.deviceId)
      .map((deviceId) => ({ deviceId, envelope: Buffer.from(`${text} for ${deviceId}`).toString('base64url') })),
  };
}

/** Text of a body or envelope. */
export function textOf(base64: string): string {
  return Buffer.from(base64, 'base64url').toString();
}
