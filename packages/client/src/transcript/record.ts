import { ENTRY_KINDS, encodeTranscriptEntry, type TranscriptEntry } from '@seal-chat/crypto';
import {
  idFromBytes,
  readContext,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type MessageBody,
  type MessageId,
} from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { TRANSCRIPT_ROWS, type ClaimRow } from '../store/transcript-rows.ts';
import { advance, openTranscript, putEntry, type TranscriptWork } from './chain.ts';
import { judgeCounter, judgeLate, judgeTranscript } from './judge.ts';

/** Messages that wait for what is before them; of more the oldest are not compared. */
const MAX_WAITING = 128;
const KIND_AT = 8;
const ENTRY_ID_AT = 9;
const DEVICE_AT = 41;

/** What a message says that could be read. */
export interface Said extends Pick<MessageBody, 'counter' | 'context'> {
  /** By the ratchet's own numbers, messages of its device before this one have not come. */
  readonly isAfterSkipped: boolean;
}

/**
 * Counts an entry of a conversation in its running hash, in the transaction that stores the entry, and compares with it
 * what the senders of messages say: their counters, and what they knew when they wrote.
 *
 * @param said what the body of a message says; null for one that cannot be read, for this device's and for Commits
 */
export async function recordEntry(
  deps: Pick<Deps, 'now' | 'report'>,
  tx: DeviceTx,
  conversationId: ConversationId,
  entry: TranscriptEntry,
  said: Said | null,
): Promise<void> {
  const conversation = await tx.get(ROWS.conversation(conversationId));
  if (conversation === null) return;
  const { device } = await activeAccount(tx);
  const work = await openTranscript(tx, conversationId, conversation);
  const before = await tx.get(TRANSCRIPT_ROWS.transcript(conversationId));
  await putEntry(work, entry.seq, encodeTranscriptEntry(entry));
  const claim = said && claimOf(entry, said);
  if (claim !== null && entry.seq <= work.row.judgedSeq) {
    await judgeLate(work, claim);
    await goOn(deps, work, device.deviceId);
    await judgeTranscript(deps, work, claim);
  } else {
    if (claim !== null) {
      const others = work.row.waiting.filter(({ seq }) => seq !== entry.seq);
      const waiting = [...others, claim].toSorted((a, b) => a.seq - b.seq).slice(-MAX_WAITING);
      work.row = { ...work.row, waiting };
    }
    await goOn(deps, work, device.deviceId);
  }
  if (work.row !== before) tx.put(TRANSCRIPT_ROWS.transcript(conversationId), work.row);
}

/** A message as an entry: `hash` is SHA-256 of its sealed body. */
export function messageEntry(
  message: Pick<TranscriptEntry, 'seq' | 'senderUserId' | 'senderDeviceId'> & { readonly messageId: MessageId },
  hash: Bytes,
): TranscriptEntry {
  const { seq, messageId, senderUserId, senderDeviceId } = message;
  return { seq, kind: ENTRY_KINDS.message, entryId: messageId, senderUserId, senderDeviceId, hash };
}

function claimOf(
  { seq, senderUserId, senderDeviceId }: TranscriptEntry,
  { counter, context, isAfterSkipped }: Said,
): ClaimRow {
  return {
    seq,
    userId: senderUserId,
    deviceId: senderDeviceId,
    counter,
    isAfterSkipped,
    ...readContext(context, counter),
  };
}

function goOn(deps: Pick<Deps, 'now' | 'report'>, work: TranscriptWork, ownDeviceId: DeviceId): Promise<void> {
  return advance(work, async (seq, entry) => {
    const claim = work.row.waiting.find((waiting) => waiting.seq === seq) ?? null;
    if (claim !== null) work.row = { ...work.row, waiting: work.row.waiting.filter((waiting) => waiting !== claim) };
    if (entry[KIND_AT] !== ENTRY_KINDS.message) return;
    const deviceId = idFromBytes<DeviceId>(entry.slice(DEVICE_AT, DEVICE_AT + 16));
    if (deviceId === ownDeviceId) return;
    await judgeCounter(work, seq, deviceId, claim);
    if (claim !== null) await judgeTranscript(deps, work, claim);
  });
}

/** Which message, or Commit, this device has at a place; null where it does not know. */
export async function entryIdAt(
  reader: RowReader,
  conversationId: ConversationId,
  seq: number,
): Promise<MessageId | null> {
  const entry = await reader.get(TRANSCRIPT_ROWS.entry(conversationId, seq));
  return entry && idFromBytes<MessageId>(entry.slice(ENTRY_ID_AT, ENTRY_ID_AT + 16));
}
