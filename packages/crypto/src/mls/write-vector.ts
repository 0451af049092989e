import type { ByteWriter } from '@seal-chat/protocol';

/** Appends `bytes`, at most 2^30 - 1, after their length. */
export function writeVector(out: ByteWriter, bytes: Uint8Array): void {
  const { length } = bytes;
  if (length < 64) out.uint(length, 1);
  else if (length < 2 ** 14) out.uint(0x4000 | length, 2);
  else out.uint(2 ** 31 + length, 4);
  out.bytes(bytes);
}
