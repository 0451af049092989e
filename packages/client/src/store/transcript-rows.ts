import type { Bytes, ConversationId, DeviceId, DhPublicKey, TranscriptPoint, UserId } from '@seal-chat/protocol';
import type { RowKey, RowPrefix } from './rows.ts';

/** The rows of the running hash of each conversation; only code that is loaded with `transcript/` reads and writes them. */

/** How far this device knows a conversation without a hole, and the hash there. */
export interface TranscriptHead {
  /** Where the hash begins: 0 from the first entry on, else the place that another device named. */
  readonly from: number;
  /** The hash at `from`, 32 bytes. */
  readonly fromHash: Bytes;
  readonly seq: number;
  /** 32 bytes. */
  readonly hash: Bytes;
}

/** What the sender of a message said of its view, until the hash has reached the message. */
export interface ClaimRow {
  readonly seq: number;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly counter: number;
  readonly previousCounter: number;
  readonly transcript: TranscriptPoint | null;
  /** By the ratchet's own numbers, messages of that device before this one have not come. */
  readonly isAfterSkipped: boolean;
}

/** Another device was shown something else: what it says, and what is here, as evidence. */
export interface ForkRow {
  readonly seq: number;
  readonly deviceId: DeviceId;
  readonly ownHash: Bytes | null;
  readonly otherHash: Bytes;
}

export interface TranscriptRow {
  /** How often the hash began at another place: what was counted before says nothing any more. */
  readonly run: number;
  /** Null as long as there is no place to begin at. */
  readonly head: TranscriptHead | null;
  /** The last entry that was compared with what its sender says. */
  readonly judgedSeq: number;
  /** The last place at which another device knew the same. */
  readonly agreedSeq: number;
  readonly waiting: readonly ClaimRow[];
  /** Places of messages that came after later ones of their device. */
  readonly inversions: readonly number[];
  /** Places of messages that could not be read when the hash passed them. */
  readonly unread: readonly number[];
  /** Places of messages before which the ratchet of their device skipped some. */
  readonly skips: readonly number[];
  readonly fork: ForkRow | null;
  readonly reportedAt: number | null;
}

/** What was seen of one device in a conversation. */
export interface SenderRow {
  /** `TranscriptRow.run` when it was written. */
  readonly run: number;
  /** The highest counter that was read; null for none. */
  readonly counter: number | null;
  /** The last message that could not be read, so that its counter is not known; null when a later one tells. */
  readonly opaqueSeq: number | null;
}

/** The last message of a Double Ratchet that was opened from a device. */
export interface RatchetRow {
  readonly dhKey: DhPublicKey;
  readonly n: number;
}

/** The counters of this device in a conversation. */
export interface OwnCounterRow {
  readonly last: number;
  /** The highest one that the server has accepted. */
  readonly accepted: number;
}

const key = <T>(name: string): RowKey<T> => name as RowKey<T>;
const prefix = <T>(name: string): RowPrefix<T> => name as RowPrefix<T>;
const ordered = (value: number): string => String(value).padStart(16, '0');

/** Keys of these rows. */
export const TRANSCRIPT_ROWS = {
  transcript: (id: ConversationId) => key<TranscriptRow>(`transcript/${id}`),
  /** 89 bytes of the entry; 32 more of the hash after it once that is known. */
  entry: (id: ConversationId, seq: number) => key<Bytes>(`transcript-entry/${id}/${ordered(seq)}`),
  entriesOf: (id: ConversationId) => prefix<Bytes>(`transcript-entry/${id}/`),
  sender: (id: ConversationId, deviceId: DeviceId) => key<SenderRow>(`transcript-sender/${id}/${deviceId}`),
  ratchet: (userId: UserId, deviceId: DeviceId) => key<RatchetRow>(`ratchet-seen/${userId}/${deviceId}`),
  ownCounter: (id: ConversationId) => key<OwnCounterRow>(`transcript-own/${id}`),
} as const;
