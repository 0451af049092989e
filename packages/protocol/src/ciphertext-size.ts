import { ATTACHMENT_LIMITS } from './limits.ts';

const { chunk: CHUNK, tag: TAG, chunksPerPart: CHUNKS_PER_PART } = ATTACHMENT_LIMITS;

/** Bytes of every part of an attachment but the last. */
export const PART_SIZE: number = CHUNKS_PER_PART * (CHUNK + TAG);

/** Chunks of a file of `size` bytes: an empty one has one. */
export function chunksOf(size: number): number {
  return Math.max(1, Math.ceil(size / CHUNK));
}

/** Bytes of a file's ciphertext: the file, and a tag for every chunk. */
export function ciphertextSize(size: number): number {
  return size + chunksOf(size) * TAG;
}

/** Bytes of the file behind `size` bytes of ciphertext; null when no file has that many. */
export function plaintextSize(size: number): number | null {
  const plaintext = size - Math.ceil(size / (CHUNK + TAG)) * TAG;
  return plaintext >= 0 && ciphertextSize(plaintext) === size ? plaintext : null;
}
