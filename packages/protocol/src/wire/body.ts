import {
  fixed,
  id,
  malformed,
  struct,
  text,
  u53,
  u8,
  variable,
  versioned,
  decode,
  encode,
  type Codec,
} from '../codec.ts';
import type { Bytes } from '../bytes.ts';
import type { ConversationId, MessageId } from '../ids.ts';
import { keyCodec, type ContentKey } from '../keys.ts';
import { SIZE_LIMITS } from '../limits.ts';
import { BODY_VERSION, WIRE_VERSION } from '../version.ts';
import { contextCodec, type ContextField } from './context.ts';

/** What a message says. Everything people exchange is one of these; the server sees none of it. */
export type MessageContent =
  | { readonly kind: 'text'; readonly text: string }
  /**
   * The sender has read everything up to and including sequence number `upToSeq`, where it has the message `messageId`.
   */
  | { readonly kind: 'read'; readonly upToSeq: number; readonly messageId: MessageId }
  /** Every other kind, as it stands: `content.ts` reads those this version knows. */
  | { readonly kind: 'coded'; readonly code: number; readonly payload: Bytes };

/** The plaintext of a sealed body. Ids are repeated inside so that the server cannot move a message elsewhere. */
export interface MessageBody {
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  /** Sender's clock, ms. Informative: order comes from the sequence number. */
  readonly sentAt: number;
  /** The number of this body among those of its device in the conversation: from 1, and higher each time. */
  readonly counter: number;
  readonly content: MessageContent;
  /** What the sender says of its view of the conversation; ascending by kind. */
  readonly context: readonly ContextField[];
}

const KIND_TEXT = 1;
const KIND_READ = 2;

const textPayload = struct<{ text: string }>({ text: text(SIZE_LIMITS.messageText) });
const readPayload = struct<{ upToSeq: number; messageId: MessageId }>({ upToSeq: u53, messageId: id<MessageId>() });
const payloadCodec = variable(SIZE_LIMITS.sealedBody);

const contentCodec: Codec<MessageContent> = {
  write(out, content) {
    const [code, payload] = encodeContent(content);
    u8.write(out, code);
    payloadCodec.write(out, payload);
  },
  read(input) {
    const code = u8.read(input);
    const payload = payloadCodec.read(input);
    switch (code) {
      case 0:
        throw malformed('content kind 0');
      case KIND_TEXT:
        return { kind: 'text', ...decode(textPayload, payload) };
      case KIND_READ:
        return { kind: 'read', ...decode(readPayload, payload) };
      default:
        return { kind: 'coded', code, payload };
    }
  },
};

function encodeContent(content: MessageContent): readonly [number, Bytes] {
  switch (content.kind) {
    case 'text':
      return [KIND_TEXT, encode(textPayload, content)];
    case 'read':
      return [KIND_READ, encode(readPayload, content)];
    case 'coded':
      if (content.code <= KIND_READ) throw new RangeError(`content: kind ${content.code} is known`);
      return [content.code, content.payload];
  }
}

const counterCodec: Codec<number> = {
  write(out, value) {
    if (value < 1) throw new RangeError('counter: begins at 1');
    u53.write(out, value);
  },
  read(input) {
    const value = u53.read(input);
    if (value < 1) throw malformed('counter 0');
    return value;
  },
};

/** Canonical form of a body, before padding and sealing. */
export const messageBodyCodec: Codec<MessageBody> = versioned(
  BODY_VERSION,
  struct<MessageBody>({
    messageId: id<MessageId>(),
    conversationId: id<ConversationId>(),
    sentAt: u53,
    counter: counterCodec,
    content: contentCodec,
    context: contextCodec,
  }),
);

/** What travels through the ratchet: how to open the body, and which body it must be. */
export interface KeyMessage {
  /** secretbox key of the sealed body, 32 bytes. */
  readonly contentKey: ContentKey;
  /** SHA-256 of the sealed body, 32 bytes. */
  readonly bodyHash: Bytes;
}

/** Wire form of a key message: 65 bytes. */
export const keyMessageCodec: Codec<KeyMessage> = versioned(
  WIRE_VERSION,
  struct<KeyMessage>({ contentKey: keyCodec(32), bodyHash: fixed(32) }),
);
