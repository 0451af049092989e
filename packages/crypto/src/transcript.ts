import {
  concatBytes,
  encode,
  fixed,
  id,
  struct,
  text,
  u53,
  u8,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type MessageId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { sha256 } from './kdf.ts';
import { LABELS } from './labels.ts';

/**
 * The running hash of a conversation: what took which place, by whom. Two devices with the same value at a place have
 * been shown the same up to there, in the same order.
 */
export interface TranscriptEntry {
  readonly seq: number;
  /** 1 a message, 2 a Commit, 3 a reset. */
  readonly kind: number;
  /** The message's, or the Commit's; zeros for a reset. */
  readonly entryId: MessageId;
  readonly senderUserId: UserId;
  readonly senderDeviceId: DeviceId;
  /** SHA-256 of the sealed body, or of the Commit; zeros for a reset. */
  readonly hash: Bytes;
}

export const ENTRY_KINDS = { message: 1, commit: 2, reset: 3 } as const;

const beginning = struct<{ label: string; tenantId: TenantId; conversationId: ConversationId }>({
  label: text(64),
  tenantId: id<TenantId>(),
  conversationId: id<ConversationId>(),
});

const entryCodec = struct<TranscriptEntry>({
  seq: u53,
  kind: u8,
  entryId: id<MessageId>(),
  senderUserId: id<UserId>(),
  senderDeviceId: id<DeviceId>(),
  hash: fixed(32),
});

/** Returns the hash of a conversation in which nothing was said, 32 bytes. */
export function transcriptStart(tenantId: TenantId, conversationId: ConversationId): Bytes {
  return sha256(encode(beginning, { label: LABELS.transcript, tenantId, conversationId }));
}

/** Returns the 89 bytes by which an entry counts in the hash. */
export function encodeTranscriptEntry(entry: TranscriptEntry): Bytes {
  return encode(entryCodec, entry);
}

/** Returns the hash after an entry, 32 bytes. */
export function transcriptNext(before: Bytes, entry: Bytes): Bytes {
  return sha256(concatBytes(before, entry));
}
