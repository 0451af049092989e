import { ENTRY_KINDS, sha256, type TranscriptEntry } from '@seal-chat/crypto';
import { idFromBytes, type Bytes, type MessageId } from '@seal-chat/protocol';
import { messageEntry, recordEntry } from '../transcript/record.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogWork } from './log-work.ts';

const HASH_LENGTH = 32;
const NO_ID = idFromBytes<MessageId>(new Uint8Array(16));

/** Counts an entry of the log, which was just taken, in the running hash of the channel. */
export async function recordLogEntry(work: LogWork, entry: LogEntry): Promise<void> {
  const { deps, tx, conversationId, taken } = work;
  const said = taken?.said ? { ...taken.said, isAfterSkipped: taken.isAfterSkipped } : null;
  await recordEntry(deps, tx, conversationId, transcriptEntry(entry, taken?.bodyHash ?? null), said);
  work.taken = null;
}

/** SHA-256 of the body that the log has, or had. */
export function storedHash({ body, bodyHash }: Extract<LogEntry, { kind: 'message' }>): Bytes {
  if (body.length > 0) return sha256(body);
  return bodyHash?.length === HASH_LENGTH ? bodyHash : new Uint8Array(HASH_LENGTH);
}

function transcriptEntry(entry: LogEntry, bodyHash: Bytes | null): TranscriptEntry {
  const { seq, senderUserId, senderDeviceId } = entry;
  if (entry.kind === 'message') return messageEntry(entry, bodyHash ?? storedHash(entry));
  const sender = { seq, senderUserId, senderDeviceId };
  if (entry.kind === 'reset')
    return { ...sender, kind: ENTRY_KINDS.reset, entryId: NO_ID, hash: new Uint8Array(HASH_LENGTH) };
  return { ...sender, kind: ENTRY_KINDS.commit, entryId: entry.commitId, hash: sha256(entry.commit) };
}
