import { decode, struct, u53, type Codec } from '../codec.ts';
import type { Bytes } from '../bytes.ts';
import type { ConversationId, MessageId, UserId } from '../ids.ts';

/**
 * What the devices of one account tell each other in the account's conversation with itself (docs/PROTOCOL.md, "Sync"):
 * registers, each of which is the last thing that was written to it.
 */
export const SYNC_TOPICS = {
  /** Subject: a person. The key that was compared with them. */
  verified: 2,
  /** Subject: a conversation or a person. See `CHAT_FIELDS`. */
  chats: 3,
  /** Subject: the person of this account. See `PRIVACY_FIELDS`. */
  privacy: 5,
} as const;

export type SyncTopic = (typeof SYNC_TOPICS)[keyof typeof SYNC_TOPICS];

/** Fields of the topic `chats`. */
export const CHAT_FIELDS = {
  /** Of a conversation; 1 or 0, like all up to `accepted`. */
  muted: 1,
  pinned: 2,
  archived: 3,
  /** Of a person. */
  blocked: 4,
  /** Of a person: no longer a stranger. */
  accepted: 5,
  /** Of a conversation: everything up to this sequence number was deleted. Only grows. */
  deleted: 6,
  /** Of a conversation: everything up to this sequence number was read. Only grows. */
  read: 7,
} as const;

/** Fields of the topic `privacy`: 1 when others are told, 0 when they are not. */
export const PRIVACY_FIELDS = { typing: 1, presence: 2, receipts: 3 } as const;

/** One register, as it was written. */
export interface RegisterEntry {
  readonly subject: ConversationId | UserId;
  readonly field: number;
  /** At most 64 bytes; empty where nothing is set any longer. */
  readonly value: Bytes;
  /** The writer's clock, ms, or more where that was needed to come after what it had seen. */
  readonly writtenAt: number;
  /** Random; decides between two that were written at the same time. */
  readonly writeId: MessageId;
}

/** The layout of a sequence number as a value. */
export const seqValue: Codec<{ seq: number }> = struct<{ seq: number }>({ seq: u53 });

/** Whether a switch is on; `fallback` for anything but its two values. */
export function isSwitchedOn(value: Uint8Array | undefined, fallback = false): boolean {
  return value?.length === 1 && value[0]! <= 1 ? value[0] === 1 : fallback;
}

/** The sequence number of a value; 0 for anything that is none. */
export function seqOf(value: Uint8Array | undefined): number {
  try {
    return value === undefined ? 0 : decode(seqValue, value).seq;
  } catch {
    return 0;
  }
}
