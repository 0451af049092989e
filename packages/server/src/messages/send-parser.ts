import { base64Length, COUNT_LIMITS, ID_PATTERN, SIZE_LIMITS } from '@seal-chat/protocol';
import { messageInputs } from '@seal-chat/protocol/api';
import type { z } from 'zod';
import { base64Of } from '../db/bytes.ts';
import type { Payload } from '../sending/item.ts';
import type { SendInput } from './service.ts';

/** tRPC takes anything with these members as an input's parser; the first two are types alone. */
interface SendParser {
  readonly _input: z.input<typeof messageInputs.send>;
  readonly _output: SendInput;
  parse(input: unknown): SendInput;
}

/**
 * The parser of `messages.send`. What is right, by the same rules as the schema's, is taken by hand, at a quarter of
 * the cost; anything else goes to the schema, which says what is wrong. Bytes stay together with their text, which
 * goes on to connected devices as it came.
 */
export const sendParser: SendParser = { parse: (input) => takeWellFormed(input) ?? parseBySchema(input) } as SendParser;

/** Parses by the schema, and adds the texts of bytes. @throws ZodError */
export function parseBySchema(input: unknown): SendInput {
  const { body, envelopes, ...rest } = messageInputs.send.parse(input);
  const withText = (bytes: Uint8Array): Payload => ({ bytes, text: base64Of(bytes) });
  return {
    ...rest,
    body: withText(body),
    envelopes: envelopes.map(({ deviceId, envelope }) => ({ deviceId, envelope: withText(envelope) })),
  };
}

const MEMBERS = 5;
const MAX_BODY = base64Length(SIZE_LIMITS.sealedBody);
const MAX_ENVELOPE = base64Length(SIZE_LIMITS.envelope);
const MAX_ENVELOPES = 2 * COUNT_LIMITS.devicesPerUser;
const MAX_VERSION = 0xffff_ffff;

/** Takes an input with nothing at all wrong; null for any other. */
export function takeWellFormed(input: unknown): SendInput | null {
  if (!hasMembers(input, MEMBERS)) return null;
  const { conversationId, messageId, deviceLists, body, envelopes } = input;
  if (!isId(conversationId) || !isId(messageId)) return null;
  if (!Array.isArray(deviceLists) || deviceLists.length < 1 || deviceLists.length > COUNT_LIMITS.page) return null;
  for (const list of deviceLists as unknown[]) {
    if (!hasMembers(list, 2) || !isId(list['userId']) || !isVersion(list['version'])) return null;
  }
  if (!Array.isArray(envelopes) || envelopes.length > MAX_ENVELOPES) return null;
  const taken: { deviceId: string; envelope: Payload }[] = [];
  for (const one of envelopes as unknown[]) {
    if (!hasMembers(one, 2) || !isId(one['deviceId'])) return null;
    const envelope = payloadOf(one['envelope'], MAX_ENVELOPE);
    if (envelope === null) return null;
    taken.push({ deviceId: one['deviceId'], envelope });
  }
  const sealed = payloadOf(body, MAX_BODY);
  if (sealed === null) return null;
  return { conversationId, messageId, deviceLists, body: sealed, envelopes: taken } as object as SendInput;
}

function hasMembers(value: unknown, count: number): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === count;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID_PATTERN.test(value);
}

function isVersion(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_VERSION;
}

/** Bytes of base64url `text` in its one canonical form, not empty; else null. */
function payloadOf(text: unknown, maxLength: number): Payload | null {
  if (typeof text !== 'string' || text.length === 0 || text.length > maxLength) return null;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text && bytes.length > 0 ? { bytes, text } : null;
}
