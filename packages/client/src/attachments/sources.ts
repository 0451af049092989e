import type { AttachmentId, Bytes, FileKey } from '@seal-chat/protocol';
import { ATTACHMENT_LIMITS, SealError } from '@seal-chat/protocol';
import { createStreamKey, sealPart, type StreamKey } from '@seal-chat/crypto/stream';
import { ROWS, type UploadRow } from '../store/rows.ts';
import type { Deps } from '../context/deps.ts';
import { partsOf } from './upload-state.ts';

/** Bytes of a file that go into one part. */
const PART_PLAINTEXT = ATTACHMENT_LIMITS.chunk * ATTACHMENT_LIMITS.chunksPerPart;

/**
 * A file as this tab can read it. The platform answers an error instead of other bytes when a file was changed on disk
 * since: a part sealed twice is the same both times.
 */
export interface Source {
  readonly file: Blob;
  readonly streamKey: StreamKey;
}

/** @throws SealError UNSUPPORTED_BROWSER without WebCrypto */
export function webCrypto(): SubtleCrypto {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) throw new SealError('UNSUPPORTED_BROWSER', 'attachment: WebCrypto is not available');
  return subtle;
}

/** Makes the key of a new file. */
export async function openSource(
  file: Blob,
  name: { readonly fileKey: FileKey; readonly attachmentId: AttachmentId },
): Promise<Source & { readonly commitment: Bytes }> {
  return { file, ...(await createStreamKey(webCrypto(), name)) };
}

/** One part of a file as ciphertext. @throws SealError NOT_FOUND when the file can no longer be read */
async function sealFilePart({ file, streamKey }: Source, part: number): Promise<Bytes> {
  const start = part * PART_PLAINTEXT;
  const end = Math.min(file.size, start + PART_PLAINTEXT);
  const plaintext = await readSlice(file, start, end);
  const firstChunk = part * ATTACHMENT_LIMITS.chunksPerPart;
  return sealPart(streamKey, { plaintext, firstChunk, isEnd: end === file.size });
}

async function readSlice(file: Blob, start: number, end: number): Promise<Bytes> {
  let bytes: Bytes;
  try {
    bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
  } catch (cause) {
    throw new SealError('NOT_FOUND', 'attachment: the file can no longer be read', { cause });
  }
  if (bytes.length !== end - start) throw new SealError('NOT_FOUND', 'attachment: the file is shorter than it was');
  return bytes;
}

/** A part as it is sent: from the store, or sealed again from the file. @throws SealError NOT_FOUND */
export async function partToSend(
  deps: Pick<Deps, 'reader'>,
  row: UploadRow,
  source: Source | null,
  part: number,
): Promise<Bytes> {
  const kept = row.keepsParts ? await deps.reader.get(ROWS.uploadPart(row.attachment.attachmentId, part)) : null;
  if (kept !== null) return kept;
  if (source === null) throw new SealError('NOT_FOUND', 'attachment: the file to upload no longer exists');
  return sealFilePart(source, part);
}

/** Puts all ciphertext of a file into the store, a part at a time. Ends early when the upload is given up. */
export async function prepareParts(
  deps: Pick<Deps, 'transact'>,
  row: UploadRow,
  source: Source,
  isWanted: () => Promise<boolean>,
): Promise<void> {
  const { attachmentId } = row.attachment;
  for (let part = 0; part < partsOf(row); part++) {
    const sealed = await sealFilePart(source, part);
    if (!(await isWanted())) return;
    await deps.transact(async (tx) => tx.put(ROWS.uploadPart(attachmentId, part), sealed));
  }
}
