import {
  SIZE_LIMITS,
  SealError,
  asKey,
  concatBytes,
  constantTimeEqual,
  decode,
  encode,
  messageBodyCodec,
  utf8,
  wipe,
  type Bytes,
  type ContentKey,
  type ConversationId,
  type KeyMessage,
  type MessageBody,
  type MessageId,
} from '@seal-chat/protocol';
import { sha256 } from './kdf.ts';
import { LABELS } from './labels.ts';
import { pad, unpad } from './padding.ts';
import type { Rng } from './rng.ts';
import { openBox, sealBox } from './secret-box.ts';

const COMMITMENT_LENGTH = 32;

/** A body sealed once for all its readers, and the message that lets a device open it. */
export interface SealedBody {
  /** What the server stores. */
  readonly sealed: Bytes;
  /** What travels to each device through its session. */
  readonly keyMessage: KeyMessage;
}

/**
 * Seals a message's body under a key made for it alone: canonical bytes, padding, secretbox with a random nonce. A
 * commitment to the key comes first, because one secretbox can be made to open differently under two keys and a
 * dishonest sender could show two devices two texts.
 *
 * @throws SealError TOO_LARGE when the text or the sealed body is over its limit, BAD_INPUT when the text holds half a
 *   surrogate pair
 */
export function sealBody(body: MessageBody, rng: Rng): SealedBody {
  if (body.content.kind === 'text') checkText(body.content.text);
  const contentKey = asKey<ContentKey>(rng(32));
  const plaintext = encode(messageBodyCodec, body);
  const padded = pad(plaintext);
  const box = sealBox(contentKey, padded, rng);
  const sealed = concatBytes(box.subarray(0, 1), commitmentTo(contentKey), box.subarray(1));
  wipe(plaintext, padded);
  if (sealed.length > SIZE_LIMITS.sealedBody) throw new SealError('TOO_LARGE', `sealed body: ${sealed.length} bytes`);
  return { sealed, keyMessage: { contentKey, bodyHash: sha256(sealed) } };
}

/**
 * Opens a sealed body with the key message that came through the session with its sender.
 *
 * @param input.expected where the server says the message belongs; the body must say the same
 * @throws SealError BODY_MISMATCH when these are not the bytes the sender sealed, the key does not open them or they
 *   belong to another message; TOO_LARGE, MALFORMED or UNSUPPORTED_VERSION when the sender made no valid body
 */
export function openBody(input: {
  readonly sealed: Bytes;
  readonly keyMessage: KeyMessage;
  readonly expected: { readonly messageId: MessageId; readonly conversationId: ConversationId };
}): MessageBody {
  const { sealed, keyMessage, expected } = input;
  if (sealed.length > SIZE_LIMITS.sealedBody) throw new SealError('TOO_LARGE', `sealed body: ${sealed.length} bytes`);
  // Before anything is parsed: what the server altered is a mismatch, not a format error of the sender.
  if (!constantTimeEqual(sha256(sealed), keyMessage.bodyHash)) throw mismatch('the bytes are not those that were sent');
  const padded = openCommitted(keyMessage.contentKey, sealed);
  if (padded === null) throw mismatch('the key does not open it');
  const plaintext = unpad(padded);
  const body = decode(messageBodyCodec, plaintext);
  wipe(padded, plaintext);
  if (body.messageId !== expected.messageId || body.conversationId !== expected.conversationId) {
    throw mismatch('it belongs to another message');
  }
  return body;
}

/** Null when `key` is not the one committed to, or does not open the box. */
function openCommitted(key: ContentKey, sealed: Bytes): Bytes | null {
  const commitmentEnd = 1 + COMMITMENT_LENGTH;
  const padded = openBox(key, concatBytes(sealed.subarray(0, 1), sealed.subarray(commitmentEnd)));
  return constantTimeEqual(sealed.subarray(1, commitmentEnd), commitmentTo(key)) ? padded : null;
}

function commitmentTo(contentKey: ContentKey): Bytes {
  return sha256(concatBytes(utf8(LABELS.bodyKey), contentKey));
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw new SealError('BAD_INPUT', 'text: not well-formed Unicode');
  const length = utf8(text).length;
  if (length > SIZE_LIMITS.messageText) throw new SealError('TOO_LARGE', `text: ${length} bytes`);
}

function mismatch(reason: string): SealError {
  return new SealError('BODY_MISMATCH', `sealed body: ${reason}`);
}
