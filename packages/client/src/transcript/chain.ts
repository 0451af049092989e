import { transcriptNext, transcriptStart } from '@seal-chat/crypto';
import { concatBytes, type Bytes, type ConversationId, type TranscriptPoint } from '@seal-chat/protocol';
import { activeAccount } from '../store/account.ts';
import type { ConversationRow } from '../store/rows.ts';
import { TRANSCRIPT_ROWS, type ClaimRow, type TranscriptHead, type TranscriptRow } from '../store/transcript-rows.ts';
import type { DeviceTx } from '../store/device-tx.ts';

/** The running hash of one conversation while a transaction goes on with it; its row is written once, at the end. */
export interface TranscriptWork {
  readonly tx: DeviceTx;
  readonly conversationId: ConversationId;
  conversation: ConversationRow;
  row: TranscriptRow;
}

/** Bytes of an entry; what follows them in its row is the hash after it. */
const ENTRY_LENGTH = 89;
/** Hashes of this many entries are kept, and of every 256th before them. */
const KEPT = 2_048;
const KEPT_EVERY = 256;
/** Entries between a place that another device names and its message; more are not looked at to begin there. */
const MAX_REACH = 256;

const EMPTY: TranscriptRow = {
  run: 0,
  head: null,
  judgedSeq: 0,
  agreedSeq: 0,
  waiting: [],
  inversions: [],
  unread: [],
  skips: [],
  fork: null,
  reportedAt: null,
};

/** Reads where a conversation is. One that is known from its first entry on begins there. */
export async function openTranscript(
  tx: DeviceTx,
  conversationId: ConversationId,
  conversation: ConversationRow,
): Promise<TranscriptWork> {
  const row = (await tx.get(TRANSCRIPT_ROWS.transcript(conversationId))) ?? EMPTY;
  if (row.head !== null || conversation.seenFrom !== 1) return { tx, conversationId, conversation, row };
  const hash = transcriptStart((await activeAccount(tx)).tenantId, conversationId);
  return { tx, conversationId, conversation, row: { ...row, head: { from: 0, fromHash: hash, seq: 0, hash } } };
}

/** Puts an entry. One that takes the place of another takes back what was computed after it. */
export async function putEntry(work: TranscriptWork, seq: number, entry: Bytes): Promise<void> {
  const { tx, conversationId, row } = work;
  const key = TRANSCRIPT_ROWS.entry(conversationId, seq);
  const known = await tx.get(key);
  if (known !== null && isSame(known.subarray(0, ENTRY_LENGTH), entry)) return;
  const { head } = row;
  if (head === null || seq > head.seq) return tx.put(key, entry);
  const before = await hashAt(work, seq - 1);
  if (before === null || known === null) return;
  tx.put(key, entry);
  work.row = { ...row, head: { ...head, seq: seq - 1, hash: before } };
}

/** Goes on with the hash over the entries that are here; calls `judge` for each that was never passed before. */
export async function advance(
  work: TranscriptWork,
  judge: (seq: number, entry: Bytes) => Promise<void>,
): Promise<void> {
  const { tx, conversationId } = work;
  for (;;) {
    const { head } = work.row;
    const next = head && (await tx.get(TRANSCRIPT_ROWS.entry(conversationId, head.seq + 1)));
    if (head === null || next === null) {
      if (!(await beginElsewhere(work))) return;
      continue;
    }
    const entry = next.subarray(0, ENTRY_LENGTH);
    const seq = head.seq + 1;
    const hash = transcriptNext(head.hash, entry);
    tx.put(TRANSCRIPT_ROWS.entry(conversationId, seq), concatBytes(entry, hash));
    const old = seq - KEPT;
    if (old > 0 && old % KEPT_EVERY !== 0) tx.delete(TRANSCRIPT_ROWS.entry(conversationId, old));
    work.row = { ...work.row, head: { ...head, seq, hash } };
    if (seq <= work.row.judgedSeq) continue;
    work.row = { ...work.row, judgedSeq: seq };
    await judge(seq, entry);
  }
}

/**
 * Begins at a place that the sender of a message names, where this device has everything from there on: it joined
 * later, or what is before stays away.
 */
async function beginElsewhere(work: TranscriptWork): Promise<boolean> {
  const { row } = work;
  if (row.head !== null && !isHoleForGood(work, row.head)) return false;
  for (const claim of row.waiting.toReversed()) {
    const { transcript } = claim;
    if (transcript === null || transcript.seq <= (row.head?.seq ?? -1)) continue;
    if (!(await isWhole(work, claim, transcript))) continue;
    const { seq, hash } = transcript;
    work.row = {
      ...row,
      run: row.run + 1,
      head: { from: seq, fromHash: hash, seq, hash },
      judgedSeq: Math.max(row.judgedSeq, seq),
      agreedSeq: seq,
      waiting: row.waiting.filter((waiting) => waiting.seq > seq),
      inversions: [],
    };
    return true;
  }
  return false;
}

/** A log is read in order: what it leaves out does not come. In a direct message it is asked for first. */
function isHoleForGood({ conversation }: TranscriptWork, { seq }: TranscriptHead): boolean {
  if (conversation.kind === 'channel') return true;
  return (conversation.missing ?? []).some(([from, to]) => from <= seq + 1 && to > seq);
}

async function isWhole(
  { tx, conversationId }: TranscriptWork,
  { seq }: ClaimRow,
  { seq: from }: TranscriptPoint,
): Promise<boolean> {
  if (from >= seq || seq - from > MAX_REACH) return false;
  for (let at = seq; at > from; at--) {
    if ((await tx.get(TRANSCRIPT_ROWS.entry(conversationId, at))) === null) return false;
  }
  return true;
}

/** The hash at a place; null where it is not known, or no longer. */
export async function hashAt({ tx, conversationId, row }: TranscriptWork, seq: number): Promise<Bytes | null> {
  const { head } = row;
  if (head === null || seq < head.from || seq > head.seq) return null;
  if (seq === head.seq) return head.hash;
  if (seq === head.from) return head.fromHash;
  const found = await tx.get(TRANSCRIPT_ROWS.entry(conversationId, seq));
  return found === null || found.length === ENTRY_LENGTH ? null : found.slice(ENTRY_LENGTH);
}

/** Whether two hashes or entries are the same; they are no secrets. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
