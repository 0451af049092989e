import { ByteReader, SIZE_LIMITS, concatBytes, encode, malformed, u32, type Bytes } from '@seal-chat/protocol';

const LENGTH_BYTES = 4;

/**
 * Rounds up by Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
 * §4): a length of `length` bytes goes up so that only its leading bits show. Costs at most 12 %, and less the longer
 * the message.
 */
export function padmeLength(length: number): number {
  if (length < 2) return length;
  const exponent = 31 - Math.clz32(length);
  const significantBits = 32 - Math.clz32(exponent);
  const step = 2 ** Math.max(exponent - significantBits, 0);
  return Math.ceil(length / step) * step;
}

/** Bytes of a padded content of `contentLength` bytes. */
export function paddedLength(contentLength: number): number {
  return Math.max(SIZE_LIMITS.bodyPaddingFloor, padmeLength(LENGTH_BYTES + contentLength));
}

/** Puts together the content's length in 4 bytes, the content, zeros up to `paddedLength`. */
export function pad(content: Bytes): Bytes {
  const padding = new Uint8Array(paddedLength(content.length) - LENGTH_BYTES - content.length);
  return concatBytes(encode(u32, content.length), content, padding);
}

/**
 * Returns the content of padded bytes. Only what `pad` makes is accepted, so that padding cannot carry anything.
 * @throws SealError MALFORMED
 */
export function unpad(padded: Bytes): Bytes {
  const input = new ByteReader(padded);
  const length = u32.read(input);
  if (paddedLength(length) !== padded.length) throw malformed('padding has a wrong length');
  const content = input.bytes(length);
  if (padded.subarray(LENGTH_BYTES + length).some((byte) => byte !== 0)) throw malformed('padding is not zero');
  return content;
}
