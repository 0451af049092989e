import {
  decode,
  encode,
  fixed,
  flag,
  id,
  list,
  malformed,
  nullable,
  struct,
  text,
  u32,
  u53,
  u8,
  variable,
  type Codec,
} from '../codec.ts';
import type { Bytes } from '../bytes.ts';
import type { AttachmentId, ConversationId, DeviceId, MessageId, UserId } from '../ids.ts';
import { keyCodec, type ContentKey, type FileKey } from '../keys.ts';
import { CONTENT_LIMITS, MESSAGE_LIFETIMES, SIZE_LIMITS } from '../limits.ts';
import type { MessageContent } from './body.ts';

/**
 * What messages say besides plain text and read positions: the kinds from 3 on. Kept apart from `body.ts`, which only
 * carries their code and payload, so that a page can show plain messages before this part is there.
 */
export type RichContent =
  | PostContent
  | { readonly kind: 'edit'; readonly target: MessageRef; readonly text: string; readonly mentions: readonly Mention[] }
  /** Removed by its sender, or by a member who may moderate the channel. */
  | { readonly kind: 'delete'; readonly target: MessageRef }
  | { readonly kind: 'reaction'; readonly target: MessageRef; readonly emoji: string; readonly isOn: boolean }
  /** From here on messages of the conversation disappear after `seconds`; 0 turns that off. In channels moderators say so. */
  | { readonly kind: 'timer'; readonly seconds: number }
  | ProfileContent
  | { readonly kind: 'history'; readonly entries: readonly HistoryKey[] }
  | InvitationContent
  | DeviceListContent
  /** What the devices of one account tell each other; `sync.ts` reads the payload of each topic. */
  | { readonly kind: 'sync'; readonly topic: number; readonly payload: Bytes };

/** A text that is more than a text. Without text it has at least one attachment. */
export interface PostContent {
  readonly kind: 'post';
  readonly text: string;
  readonly replyTo: MessageRef | null;
  readonly mentions: readonly Mention[];
  readonly attachments: readonly Attachment[];
  /** Seconds from when the server accepted it until everybody deletes it; null for never. */
  readonly lifetimeSeconds: number | null;
}

/** What a channel is called. The only place where a private channel's name stands. */
export interface ProfileContent {
  readonly kind: 'profile';
  readonly name: string;
  readonly description: string;
  /** Whether members hand the keys of recent messages to newcomers. */
  readonly sharesHistory: boolean;
}

/** Invites a person into a channel; travels in the DM of the two. */
export interface InvitationContent {
  readonly kind: 'invitation';
  readonly channelId: ConversationId;
  readonly name: string;
  readonly description: string;
}

/** Which device list an account has, as the sender knows it: told to a device that sends under an older one. */
export interface DeviceListContent {
  readonly kind: 'deviceList';
  /** One of the two people. */
  readonly userId: UserId;
  readonly version: number;
  /** SHA-256 of the bytes of that list. */
  readonly hash: Bytes;
}

/** Another message of the same conversation: its place, and its id, so that the server cannot put another there. */
export interface MessageRef {
  readonly seq: number;
  readonly messageId: MessageId;
}

/** A person named in a text: `length` UTF-16 units from `start`. */
export interface Mention {
  readonly userId: UserId;
  readonly start: number;
  readonly length: number;
}

/** The key of one earlier message, and who sent it as the sharing member saw it. */
export interface HistoryKey {
  readonly seq: number;
  readonly messageId: MessageId;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  readonly contentKey: ContentKey;
  readonly bodyHash: Bytes;
}

export type AttachmentKind = 'file' | 'image' | 'video' | 'audio' | 'voice';

/** A file: where its ciphertext is, how to open it, and all that is said of it. */
export interface Attachment {
  readonly attachmentId: AttachmentId;
  readonly kind: AttachmentKind;
  /** 32 bytes. */
  readonly fileKey: FileKey;
  /** Commitment to the key, 32 bytes: AES-GCM alone would open under more than one. */
  readonly commitment: Bytes;
  /** Bytes of the file. */
  readonly size: number;
  readonly name: string;
  /** What the sender takes it for; a reader decides by its own list what it shows. */
  readonly mimeType: string;
  /** Pixels of an image or video. */
  readonly width: number | null;
  readonly height: number | null;
  /** ms of a video or sound. */
  readonly durationMs: number | null;
  /** BlurHash text as UTF-8, or the levels of a voice note, one byte each. */
  readonly preview: Bytes | null;
  /** A small WebP or JPEG. */
  readonly thumbnail: Bytes | null;
}

const ATTACHMENT_KINDS = ['file', 'image', 'video', 'audio', 'voice'] as const;

const ref = struct<MessageRef>({ seq: u53, messageId: id<MessageId>() });
const mention = struct<Mention>({ userId: id<UserId>(), start: u32, length: u32 });
const messageText = text(CONTENT_LIMITS.text);

const attachmentKind: Codec<AttachmentKind> = {
  write: (out, value) => u8.write(out, ATTACHMENT_KINDS.indexOf(value)),
  read(input) {
    const kind = ATTACHMENT_KINDS[u8.read(input)];
    if (kind === undefined) throw malformed('unknown kind of attachment');
    return kind;
  },
};

const attachment = struct<Attachment>({
  attachmentId: id<AttachmentId>(),
  kind: attachmentKind,
  fileKey: keyCodec(32),
  commitment: fixed(32),
  size: u53,
  name: text(CONTENT_LIMITS.fileName),
  mimeType: text(CONTENT_LIMITS.mimeType),
  width: nullable(u32),
  height: nullable(u32),
  durationMs: nullable(u32),
  preview: nullable(variable(CONTENT_LIMITS.preview)),
  thumbnail: nullable(variable(CONTENT_LIMITS.thumbnail)),
});

const historyKey = struct<HistoryKey>({
  seq: u53,
  messageId: id<MessageId>(),
  senderUserId: id<UserId>(),
  senderDeviceId: id<DeviceId>(),
  contentKey: keyCodec(32),
  bodyHash: fixed(32),
});

const mentions = list(mention, CONTENT_LIMITS.mentions);

/** Seconds within the bounds of `MESSAGE_LIFETIMES`. A device that took any number would let others choose it. */
const lifetime: Codec<number> = {
  write(out, value) {
    if (!isLifetime(value)) throw new RangeError(`lifetime: ${value} s is out of bounds`);
    u32.write(out, value);
  },
  read(input) {
    const value = u32.read(input);
    if (!isLifetime(value)) throw malformed('lifetime out of bounds');
    return value;
  },
};

function isLifetime(seconds: number): boolean {
  return seconds >= MESSAGE_LIFETIMES[0] && seconds <= MESSAGE_LIFETIMES.at(-1)!;
}

/** A lifetime, or 0 for none. */
const timerSeconds: Codec<number> = {
  write: (out, value) => (value === 0 ? u32 : lifetime).write(out, value),
  read(input) {
    const value = u32.read(input);
    if (value !== 0 && !isLifetime(value)) throw malformed('timer out of bounds');
    return value;
  },
};

type Fields<Kind extends RichContent['kind']> = Omit<Extract<RichContent, { kind: Kind }>, 'kind'>;

/** Code and payload of every kind; a code never gets another meaning. */
const KINDS: { readonly [Kind in RichContent['kind']]: readonly [code: number, codec: Codec<Fields<Kind>>] } = {
  post: [
    3,
    struct<Fields<'post'>>({
      text: messageText,
      replyTo: nullable(ref),
      mentions,
      attachments: list(attachment, CONTENT_LIMITS.attachments),
      lifetimeSeconds: nullable(lifetime),
    }),
  ],
  edit: [4, struct<Fields<'edit'>>({ target: ref, text: messageText, mentions })],
  delete: [5, struct<Fields<'delete'>>({ target: ref })],
  reaction: [6, struct<Fields<'reaction'>>({ target: ref, emoji: text(CONTENT_LIMITS.emoji), isOn: flag })],
  timer: [7, struct<Fields<'timer'>>({ seconds: timerSeconds })],
  profile: [
    8,
    struct<Fields<'profile'>>({
      name: text(CONTENT_LIMITS.channelName),
      description: text(CONTENT_LIMITS.channelDescription),
      sharesHistory: flag,
    }),
  ],
  history: [9, struct<Fields<'history'>>({ entries: list(historyKey, CONTENT_LIMITS.historyKeys) })],
  invitation: [
    10,
    struct<Fields<'invitation'>>({
      channelId: id<ConversationId>(),
      name: text(CONTENT_LIMITS.channelName),
      description: text(CONTENT_LIMITS.channelDescription),
    }),
  ],
  deviceList: [16, struct<Fields<'deviceList'>>({ userId: id<UserId>(), version: u32, hash: fixed(32) })],
  sync: [12, struct<Fields<'sync'>>({ topic: u8, payload: variable(SIZE_LIMITS.sealedBody) })],
};

/**
 * Encodes: the form in which a body carries `content`.
 * @throws RangeError when it is outside of what the format can
 * carry
 */
export function encodeContent(content: RichContent): Extract<MessageContent, { kind: 'coded' }> {
  const [code, codec] = KINDS[content.kind] as readonly [number, Codec<unknown>];
  return { kind: 'coded', code, payload: encode(codec, content) };
}

/** Reads what `coded` says; null when a newer version made it. @throws SealError MALFORMED */
export function decodeContent(coded: { readonly code: number; readonly payload: Bytes }): RichContent | null {
  const found = Object.entries(KINDS).find(([, [code]]) => code === coded.code);
  if (found === undefined) return null;
  const [kind, [, codec]] = found as [RichContent['kind'], readonly [number, Codec<object>]];
  const content = { kind, ...decode(codec, coded.payload) } as RichContent;
  if (content.kind === 'post' && content.text === '' && content.attachments.length === 0) throw malformed('empty post');
  return content;
}
