import { SealError, type DeviceId } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';
import { TRANSCRIPT_ROWS, type ClaimRow, type SenderRow } from '../store/transcript-rows.ts';
import { hashAt, isSame, type TranscriptWork } from './chain.ts';
import { addNotice, hasNoticeIn, removeNotices } from './notices.ts';

type JudgeDeps = Pick<Deps, 'now' | 'report'>;

/** A fork is reported once in this time and conversation, ms. */
const REPORT_SPACING_MS = 60 * 60 * 1000;
/** Places of each kind that are remembered, to say where a fork may be. */
const MAX_PLACES = 16;

/**
 * Compares the counter of a message with what was seen of its device before, in the order of the conversation.
 *
 * @param claim null when the message cannot be read: its counter may be any
 */
export async function judgeCounter(
  work: TranscriptWork,
  seq: number,
  deviceId: DeviceId,
  claim: ClaimRow | null,
): Promise<void> {
  const { tx, conversationId, row } = work;
  const sender = await senderOf(work, deviceId);
  const { counter, opaqueSeq } = sender;
  if (claim === null) {
    work.row = { ...row, unread: [...row.unread, seq].slice(-MAX_PLACES) };
    return tx.put(TRANSCRIPT_ROWS.sender(conversationId, deviceId), { ...sender, opaqueSeq: seq });
  }
  // A message of the device that is there and could not be read may be what its ratchet skipped.
  if (claim.isAfterSkipped && opaqueSeq === null) work.row = { ...row, skips: [...row.skips, seq].slice(-MAX_PLACES) };
  const isLate = counter !== null && claim.counter <= counter;
  if (isLate) {
    work.row = { ...work.row, inversions: [...row.inversions, seq].slice(-MAX_PLACES) };
    await settle(work, claim);
  } else if (counter !== null && opaqueSeq === null && claim.previousCounter > counter) {
    const { userId, previousCounter } = claim;
    await addNotice(work, { kind: 'missing', afterSeq: seq - 1, userId, deviceId, counter: previousCounter });
  }
  tx.put(TRANSCRIPT_ROWS.sender(conversationId, deviceId), {
    ...sender,
    counter: Math.max(counter ?? 0, claim.counter),
    // One that was sealed before, and is sent again, says nothing of what could not be read.
    opaqueSeq: opaqueSeq !== null && (claim.transcript?.seq ?? -1) >= opaqueSeq ? null : opaqueSeq,
  });
}

/** A message that could be read only after later ones: what was said to be missing may be it. */
export async function judgeLate(work: TranscriptWork, claim: ClaimRow): Promise<void> {
  const { tx, conversationId } = work;
  await settle(work, claim);
  const sender = await senderOf(work, claim.deviceId);
  const counter = Math.max(sender.counter ?? 0, claim.counter);
  tx.put(TRANSCRIPT_ROWS.sender(conversationId, claim.deviceId), { ...sender, counter });
}

function settle(work: TranscriptWork, { deviceId, counter }: ClaimRow): Promise<void> {
  return removeNotices(work, (one) => one.kind === 'missing' && one.deviceId === deviceId && one.counter === counter);
}

/** From the first entry on every device begins at 0; elsewhere what it sent before is as if it could not be read. */
async function senderOf({ tx, conversationId, row }: TranscriptWork, deviceId: DeviceId): Promise<SenderRow> {
  const known = await tx.get(TRANSCRIPT_ROWS.sender(conversationId, deviceId));
  if (known?.run === row.run) return known;
  const from = row.head?.from ?? 0;
  return from === 0 ? { run: row.run, counter: 0, opaqueSeq: null } : { run: row.run, counter: null, opaqueSeq: from };
}

/** Compares what the sender of a message knew when it wrote with what is here. */
export async function judgeTranscript(deps: JudgeDeps, work: TranscriptWork, claim: ClaimRow): Promise<void> {
  const { transcript, deviceId } = claim;
  if (transcript === null) return;
  // Nobody knows a place that is not there yet: the message has got another number here.
  if (transcript.seq >= claim.seq) return fork(deps, work, claim);
  const own = await hashAt(work, transcript.seq);
  if (own === null) return;
  if (!isSame(own, transcript.hash)) return fork(deps, work, claim);
  work.row = { ...work.row, agreedSeq: Math.max(work.row.agreedSeq, transcript.seq) };
  const { fork: known } = work.row;
  if (known === null || known.deviceId !== deviceId || transcript.seq < known.seq) return;
  // What was different has become the same: a body that was spoilt came right, say.
  work.row = { ...work.row, fork: null };
  await removeNotices(work, ({ kind }) => kind === 'forked' || kind === 'reordered');
}

/** The two devices were shown different things: said in the conversation once, and reported. */
async function fork({ now, report }: JudgeDeps, work: TranscriptWork, claim: ClaimRow): Promise<void> {
  const { row } = work;
  const { seq, deviceId, userId } = claim;
  const { seq: at, hash } = claim.transcript!;
  const agreedSeq = Math.min(row.agreedSeq, at - 1, seq - 1);
  if (row.fork === null) {
    const isSuspect = (place: number): boolean => place > agreedSeq && place <= seq;
    const inversion = row.inversions.find(isSuspect);
    // A number that the ratchet skipped proves nothing alone: what was encrypted may never have been sent.
    const skip = row.skips.find(isSuspect);
    const afterSeq = (skip ?? row.unread.find(isSuspect) ?? agreedSeq + 1) - 1;
    const kind = inversion !== undefined ? 'reordered' : skip !== undefined ? 'missing' : 'forked';
    if (inversion !== undefined) await addNotice(work, { kind, afterSeq: inversion - 1, userId, deviceId });
    else if (!hasNoticeIn(work, agreedSeq, seq)) await addNotice(work, { kind, afterSeq, userId, deviceId });
    const ownHash = await hashAt(work, at);
    work.row = { ...work.row, fork: { seq: agreedSeq + 1, deviceId, ownHash, otherHash: hash } };
  }
  if (now() - (row.reportedAt ?? -Infinity) < REPORT_SPACING_MS) return;
  work.row = { ...work.row, reportedAt: now() };
  report(new SealError('TRANSCRIPT_FORKED', `transcript: forked from ${agreedSeq + 1}`));
}
