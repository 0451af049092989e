import { decryptMessage } from '@seal-chat/crypto/mls';
import { openBody } from '@seal-chat/crypto';
import {
  SealError,
  constantTimeEqual,
  decode,
  idToBytes,
  keyMessageCodec,
  type ErrorCode,
  type KeyMessage,
} from '@seal-chat/protocol';
import { toSealError } from '../api/errors.ts';
import { applyContent, storeEmptied } from '../content/store-received.ts';
import { ROWS, type MessageRow } from '../store/rows.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';
import { putEvent } from './channel-state.ts';
import { withClearName } from './clear-names.ts';
import { keepKey, kindOf } from './keep-key.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogWork } from './log-work.ts';
import { mlsDeps } from './mls-context.ts';
import { recordLogEntry, storedHash } from './record-log.ts';
import { acceptOwn } from './accept-own.ts';

type MessageEntry = Extract<LogEntry, { kind: 'message' }>;

/**
 * Takes a message: decrypts its key, opens its body and lets it do what it says. What cannot be opened is kept and
 * shown with its cause.
 *
 * @throws SealError CHANNEL_FORKED when it is of another epoch than the log is in; and everything that is no refusal of
 *   this message (`context/refusals.ts`)
 */
export async function takeMessage(work: LogWork, entry: MessageEntry): Promise<void> {
  const { account, group, tx, conversationId } = work;
  if (entry.senderDeviceId === account.device.deviceId) {
    if (!(await acceptOwn(work, entry, storedHash(entry)))) await keepUndecryptable(work, entry, 'NO_SESSION', null);
    return;
  }
  // Sent while this device had no keys, or other ones than the other members.
  if (group === null) return keepUndecryptable(work, entry, 'NO_SESSION', null);
  if (entry.incarnation !== group.incarnation || entry.epoch !== group.epoch) {
    throw new SealError('CHANNEL_FORKED', 'channel: message from another epoch');
  }
  const heard = CHANNEL_ROWS.heard(conversationId, entry.messageId);
  let keyMessage: KeyMessage | null = null;
  try {
    // Another member could wrap once more what a member has signed (RFC 9420 §15.2 leaves replays to us).
    if ((await tx.get(heard)) !== null) throw new SealError('REPLAYED');
    keyMessage = await decryptKey(work, entry);
    tx.put(heard, entry.seq);
    await openWith(work, entry, keyMessage);
  } catch (error) {
    const cause = work.deps.judge.verdict(error, heard);
    if (cause === null) throw toSealError(error);
    await keepUndecryptable(work, entry, cause, keyMessage);
  }
}

/**
 * An entry whose place was taken before. Nearly always the same one again; another one in its place means that the
 * server has told this device two things. What could not be opened is tried with what it says now.
 */
export async function takeRepeated(work: LogWork, entry: LogEntry): Promise<void> {
  const { tx, conversationId, group, account, deps } = work;
  if (entry.kind !== 'message' || entry.senderDeviceId === account.device.deviceId) return;
  if (entry.incarnation !== group?.incarnation || entry.epoch !== group.epoch) return;
  const known = await tx.get(ROWS.message(conversationId, entry.seq));
  const heardAt = await tx.get(CHANNEL_ROWS.heard(conversationId, entry.messageId));
  if (heardAt === entry.seq && known?.content.kind !== 'undecryptable') return;
  if (heardAt !== entry.seq)
    deps.report(new SealError('CHANNEL_FORKED', 'channel: two different entries with one sequence number'));
  if (known?.content.kind !== 'undecryptable') return;
  const next: LogWork = { ...work };
  try {
    await tx.attempt(async () => {
      const keyMessage =
        heardAt === entry.seq
          ? ((await tx.get(CHANNEL_ROWS.undecryptable(conversationId, entry.seq)))?.keyMessage ?? null)
          : await decryptKey(next, entry);
      if (keyMessage === null) throw new SealError('UNDECRYPTABLE');
      tx.put(CHANNEL_ROWS.heard(conversationId, entry.messageId), entry.seq);
      await openWith(next, entry, keyMessage);
      tx.delete(CHANNEL_ROWS.undecryptable(conversationId, entry.seq));
      await recordLogEntry(next, entry);
    });
    work.ratchets = next.ratchets;
    work.row = next.row;
  } catch (error) {
    if (deps.judge.verdict(error, CHANNEL_ROWS.heard(conversationId, entry.messageId)) === null)
      throw toSealError(error);
  }
}

/** Moves the sender's ratchet. @throws SealError UNDECRYPTABLE, REPLAYED, TOO_FAR_AHEAD, BODY_MISMATCH */
async function decryptKey(work: LogWork, entry: MessageEntry): Promise<KeyMessage> {
  const { deps, group, ratchets } = work;
  const opened = await decryptMessage(mlsDeps(deps), {
    state: { epoch: group!.state, ratchets: ratchets! },
    message: entry.envelope,
    from: { userId: entry.senderUserId, deviceId: entry.senderDeviceId },
  });
  if (!constantTimeEqual(opened.authenticatedData, idToBytes(entry.messageId))) {
    throw new SealError('BODY_MISMATCH', 'channel: the envelope belongs to another message');
  }
  work.ratchets = opened.state.ratchets;
  const keyMessage = decode(keyMessageCodec, opened.plaintext);
  work.taken = { bodyHash: keyMessage.bodyHash, said: null, isAfterSkipped: opened.skipped > 0 };
  return keyMessage;
}

/** Opens the body and applies it, all or nothing. @throws SealError BODY_MISMATCH, MALFORMED */
async function openWith(work: LogWork, entry: MessageEntry, keyMessage: KeyMessage): Promise<void> {
  const { deps, tx, conversationId } = work;
  const { messageId, body: sealed, seq } = entry;
  // Taken back, or its time was over, before this device was there.
  if (sealed.length === 0) return storeEmptied(deps, tx, { conversationId, ...entry, bodyHash: null });
  await tx.attempt(async () => {
    const body = withClearName(openBody({ sealed, keyMessage, expected: { messageId, conversationId } }));
    const { senderUserId, senderDeviceId } = entry;
    // Devices that joined before this got everything from another member.
    if (kindOf(body.content) === 'history')
      work.row = {
        ...work.row,
        awaitingSharedHistory: work.row.awaitingSharedHistory?.filter((waiting) => waiting.seq > seq) ?? [],
      };
    await applyContent(deps, tx, { conversationId, ...entry }, body);
    work.taken = { bodyHash: keyMessage.bodyHash, said: body, isAfterSkipped: work.taken?.isAfterSkipped ?? false };
    await keepKey(tx, conversationId, { seq, messageId, senderUserId, senderDeviceId, ...keyMessage }, body.content);
  });
}

async function keepUndecryptable(
  { tx, conversationId }: LogWork,
  entry: MessageEntry,
  cause: ErrorCode,
  keyMessage: KeyMessage | null,
): Promise<void> {
  const { seq, messageId, senderUserId, senderDeviceId, acceptedAt, incarnation, epoch, envelope, body } = entry;
  tx.put(CHANNEL_ROWS.undecryptable(conversationId, seq), { envelope, body, incarnation, epoch, keyMessage });
  const row: MessageRow = {
    messageId,
    senderUserId,
    senderDeviceId,
    sentAt: acceptedAt,
    acceptedAt,
    content: { kind: 'undecryptable', cause, isRetrying: keyMessage !== null },
  };
  tx.put(ROWS.message(conversationId, seq), row);
  tx.announce({ type: 'arrived', conversationId, seq });
  await putEvent(tx, conversationId, entry, null);
}
