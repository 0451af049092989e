import { decode, encode, id, list, malformed, struct, u53, u8, variable, type Codec } from '../codec.ts';
import type { Bytes } from '../bytes.ts';
import type { ConversationId, MessageId, UserId } from '../ids.ts';
import { CHAT_FIELDS, SYNC_TOPICS, seqOf, seqValue, type RegisterEntry } from './sync.ts';

/** Writing registers, reading what other devices wrote, and which of two writes counts (docs/PROTOCOL.md, "Sync"). */

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

const ON = Uint8Array.of(1);
const OFF = Uint8Array.of(0);

/** The value of a switch. */
export function switchValue(isOn: boolean): Bytes {
  return (isOn ? ON : OFF).slice();
}

/** The value of a sequence number. */
export function seqRegister(seq: number): Bytes {
  return encode(seqValue, { seq });
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
