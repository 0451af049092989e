import {
  SealError,
  constantTimeEqual,
  encode,
  id,
  struct,
  text,
  wipe,
  type AttachmentId,
  type Bytes,
  type FileKey,
} from '@seal-chat/protocol';
import { importAesGcmKey, type AesGcmKey, type AesSubtle } from '../aes-gcm.ts';
import { expectLength } from '../expect-length.ts';
import { hkdf } from '../kdf.ts';
import { LABELS } from '../labels.ts';

/** Bytes of a file key. */
export const FILE_KEY_LENGTH = 32;
const KEY_LENGTH = 32;
const PREFIX_LENGTH = 7;
const COMMITMENT_LENGTH = 32;

const keyInfo = struct<{ label: string; attachmentId: AttachmentId }>({
  label: text(64),
  attachmentId: id<AttachmentId>(),
});

/** What seals and opens the chunks of one file. */
export interface StreamKey {
  readonly key: AesGcmKey;
  /** The first 7 bytes of every nonce. */
  readonly noncePrefix: Bytes;
}

/** A file is known by its key and its id: neither opens what was sealed under another of the other. */
export interface FileName {
  /** 32 random bytes, made for this file alone. */
  readonly fileKey: FileKey;
  readonly attachmentId: AttachmentId;
}

/**
 * Derives the keys of a file that is being sealed, and the commitment that goes with it: one HKDF of the file key,
 * bound to the attachment's id. A commitment, because AES-GCM can be made to open under two keys.
 * @throws SealError MALFORMED when the file key has not 32 bytes
 */
export async function createStreamKey(
  subtle: AesSubtle,
  file: FileName,
): Promise<{ readonly streamKey: StreamKey; readonly commitment: Bytes }> {
  expectLength('file key', file.fileKey, FILE_KEY_LENGTH);
  const info = encode(keyInfo, { label: LABELS.attachment, attachmentId: file.attachmentId });
  const length = KEY_LENGTH + PREFIX_LENGTH + COMMITMENT_LENGTH;
  const derived = hkdf({ ikm: file.fileKey, salt: new Uint8Array(0), info, length });
  const noncePrefix = derived.slice(KEY_LENGTH, KEY_LENGTH + PREFIX_LENGTH);
  const commitment = derived.slice(KEY_LENGTH + PREFIX_LENGTH);
  const raw = derived.subarray(0, KEY_LENGTH);
  try {
    return { streamKey: { key: await importAesGcmKey(subtle, raw), noncePrefix }, commitment };
  } finally {
    wipe(derived);
  }
}

/**
 * Derives the keys of a file that was received.
 * @throws SealError ATTACHMENT_DAMAGED when the key is not the one committed to, MALFORMED as `createStreamKey`
 */
export async function openStreamKey(
  subtle: AesSubtle,
  file: FileName & { readonly commitment: Bytes },
): Promise<StreamKey> {
  const { streamKey, commitment } = await createStreamKey(subtle, file);
  if (!constantTimeEqual(commitment, file.commitment)) {
    throw new SealError('ATTACHMENT_DAMAGED', 'file: the key is not the one committed to');
  }
  return streamKey;
}
