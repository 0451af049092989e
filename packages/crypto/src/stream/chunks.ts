import { ATTACHMENT_LIMITS, SealError, isSealError, type Bytes } from '@seal-chat/protocol';
import { AES_GCM_NONCE_LENGTH, aesGcmOpen, aesGcmSeal } from '../aes-gcm.ts';
import type { StreamKey } from './stream-key.ts';

/**
 * STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance",
 * 2015, §7) over AES-256-GCM: the nonce of a chunk says which one it is and whether it is the last, so that chunks
 * cannot be moved, left out, put in or cut off.
 */

const { chunk: CHUNK, tag: TAG } = ATTACHMENT_LIMITS;
const NO_DATA: Bytes = new Uint8Array(0);

/** The place of a chunk in its file. */
export interface ChunkPlace {
  /** From 0. */
  readonly index: number;
  readonly isLast: boolean;
}

/** prefix (7) ‖ index (4, big-endian) ‖ 1 for the last chunk, else 0 */
function nonceOf({ noncePrefix }: StreamKey, { index, isLast }: ChunkPlace): Bytes {
  const nonce = new Uint8Array(AES_GCM_NONCE_LENGTH);
  nonce.set(noncePrefix);
  new DataView(nonce.buffer).setUint32(noncePrefix.length, index);
  nonce[AES_GCM_NONCE_LENGTH - 1] = isLast ? 1 : 0;
  return nonce;
}

/**
 * Seals one chunk. Every place is sealed once only under one key.
 * @throws RangeError when the chunk has not the length its place demands, or the index needs more than 32 bits
 */
export function sealChunk(streamKey: StreamKey, place: ChunkPlace, plaintext: Bytes): Promise<Bytes> {
  const { length } = plaintext;
  if (place.isLast ? length > CHUNK || (length === 0 && place.index > 0) : length !== CHUNK) {
    throw new RangeError(`stream: chunk ${place.index} must not have ${length} bytes`);
  }
  if (place.index >= 2 ** 32) throw new RangeError('stream: too many chunks');
  return aesGcmSeal({ key: streamKey.key, nonce: nonceOf(streamKey, place), plaintext, associatedData: NO_DATA });
}

/** Opens one chunk. @throws SealError ATTACHMENT_DAMAGED when it is not the chunk of this file that belongs there */
export async function openChunk(streamKey: StreamKey, place: ChunkPlace, ciphertext: Bytes): Promise<Bytes> {
  const { length } = ciphertext;
  if (length < TAG || (place.isLast ? length > CHUNK + TAG : length !== CHUNK + TAG)) throw damaged(place);
  try {
    const nonce = nonceOf(streamKey, place);
    return await aesGcmOpen({ key: streamKey.key, nonce, ciphertext, associatedData: NO_DATA });
  } catch (cause) {
    if (!isSealError(cause)) throw cause;
    throw damaged(place, cause);
  }
}

function damaged({ index }: ChunkPlace, cause?: unknown): SealError {
  return new SealError('ATTACHMENT_DAMAGED', `file: chunk ${index} is not authentic`, { cause });
}
