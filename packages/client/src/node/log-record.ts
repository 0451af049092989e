import { createHash } from 'node:crypto';
import {
  SealError,
  constantTimeEqual,
  decode,
  encode,
  text,
  u53,
  variable,
  type Bytes,
  type Codec,
} from '@seal-chat/protocol';
import type { ChangeSet } from '../store/device-store.ts';

/** A record of the file store's log: length (4 bytes), SHA-256 of the content (32 bytes), content. */

const HEADER_LENGTH = 36;
const MAX_BYTES = 0xffff_fffe;

const keyText = text(1_024);
const rowBytes = variable(MAX_BYTES);

const changesCodec: Codec<ChangeSet> = {
  write(out, { expectedRev, puts, deletes }) {
    u53.write(out, expectedRev);
    u53.write(out, puts.size);
    for (const [key, value] of puts) {
      keyText.write(out, key);
      rowBytes.write(out, value);
    }
    u53.write(out, deletes.length);
    for (const key of deletes) keyText.write(out, key);
  },
  read(input) {
    const expectedRev = u53.read(input);
    const puts = new Map<string, Bytes>();
    for (let count = u53.read(input); count > 0; count--) puts.set(keyText.read(input), rowBytes.read(input));
    const deletes: string[] = [];
    for (let count = u53.read(input); count > 0; count--) deletes.push(keyText.read(input));
    return { expectedRev, puts, deletes };
  },
};

export function encodeRecord(changes: ChangeSet): Uint8Array {
  const content = encode(changesCodec, changes);
  const record = new Uint8Array(HEADER_LENGTH + content.length);
  new DataView(record.buffer).setUint32(0, content.length);
  record.set(checksum(content), 4);
  record.set(content, HEADER_LENGTH);
  return record;
}

/**
 * The whole records of a log, in order, each with the offset of its end. Stops at a last record that a crash cut off.
 * @throws SealError STORAGE_FAILED on damage anywhere else: going on would bring back an old state
 */
export function* readRecords(log: Uint8Array): Generator<{ readonly changes: ChangeSet; readonly end: number }> {
  let at = 0;
  while (at + HEADER_LENGTH <= log.length) {
    const end = at + HEADER_LENGTH + new DataView(log.buffer, log.byteOffset + at).getUint32(0);
    if (end > log.length) return;
    const content = log.subarray(at + HEADER_LENGTH, end);
    if (!constantTimeEqual(checksum(content), log.subarray(at + 4, at + HEADER_LENGTH))) {
      // A file that grew without its content having reached the disk ends in zeros.
      if (end === log.length || log.subarray(at).every((byte) => byte === 0)) return;
      throw new SealError('STORAGE_FAILED', `store: the log is damaged at byte ${at}`);
    }
    yield { changes: decode(changesCodec, content), end };
    at = end;
  }
}

function checksum(content: Uint8Array): Uint8Array {
  return createHash('sha256').update(content).digest();
}
