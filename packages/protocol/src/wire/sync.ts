import { decode, encode, id, list, malformed, struct, u53, u8, variable, type Codec } from '../codec.ts';
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
  /** At most `MAX_VALUE` bytes; empty where nothing is set any longer. */
  readonly value: Bytes;
  /** The writer's clock, ms, or more where that was needed to come after what it had seen. */
  readonly writtenAt: number;
  /** Random; decides between two that were written at the same time. */
  readonly writeId: MessageId;
}

/** Registers in one body. */
export const MAX_ENTRIES = 255;
/** Bytes of a value. */
const MAX_VALUE = 64;
/** Around the year 10,000: what is written later than that could never be overruled. */
const MAX_WRITTEN_AT = 2 ** 48;

const entry = struct<RegisterEntry>({
  writtenAt: u53,
  writeId: id<MessageId>(),
  subject: id<ConversationId | UserId>(),
  field: u8,
  value: variable(MAX_VALUE),
});

const entries: Codec<readonly RegisterEntry[]> = list(entry, MAX_ENTRIES);

/** Encodes the payload of a topic. @throws RangeError beyond the limits */
export function encodeRegisters(registers: readonly RegisterEntry[]): Bytes {
  return encode(entries, registers);
}

/** Reads the payload of a topic. @throws SealError MALFORMED */
export function decodeRegisters(payload: Uint8Array): readonly RegisterEntry[] {
  const registers = decode(entries, payload);
  if (registers.some(({ writtenAt }) => writtenAt > MAX_WRITTEN_AT)) throw malformed('written in the far future');
  return registers;
}

const seqValue = struct<{ seq: number }>({ seq: u53 });
const ON = Uint8Array.of(1);
const OFF = Uint8Array.of(0);

/** The value of a switch. */
export function switchValue(isOn: boolean): Bytes {
  return (isOn ? ON : OFF).slice();
}

/** Whether a switch is on; `fallback` for anything but its two values. */
export function isSwitchedOn(value: Uint8Array | undefined, fallback = false): boolean {
  return value?.length === 1 && value[0]! <= 1 ? value[0] === 1 : fallback;
}

/** The value of a sequence number. */
export function seqRegister(seq: number): Bytes {
  return encode(seqValue, { seq });
}

/** The sequence number of a value; 0 for anything that is none. */
export function seqOf(value: Uint8Array | undefined): number {
  try {
    return value === undefined ? 0 : decode(seqValue, value).seq;
  } catch {
    return 0;
  }
}

/** Whether the register only grows: then the larger value counts and not the later one. */
function onlyGrows(topic: number, field: number): boolean {
  return topic === SYNC_TOPICS.chats && (field === CHAT_FIELDS.deleted || field === CHAT_FIELDS.read);
}

/**
 * Whether `next` takes the place of `before`: the later one counts, of two at the same time the one with the higher id,
 * and where a register only grows, the larger value. Every order of the same writes leads to the same register.
 */
export function supersedes(topic: number, next: RegisterEntry, before: RegisterEntry | null): boolean {
  if (before === null) return true;
  if (onlyGrows(topic, next.field)) {
    const [a, b] = [seqOf(next.value), seqOf(before.value)];
    if (a !== b) return a > b;
  }
  if (next.writtenAt !== before.writtenAt) return next.writtenAt > before.writtenAt;
  return next.writeId > before.writeId;
}
