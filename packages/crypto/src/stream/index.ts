import { ATTACHMENT_LIMITS, SealError, chunksOf, times, type Bytes } from '@seal-chat/protocol';
import { openChunk, sealChunk } from './chunks.ts';
import { cut, inOrder, type Block } from './pipeline.ts';
import type { StreamKey } from './stream-key.ts';

/**
 * Files: the STREAM construction over AES-256-GCM, a chunk at a time and with constant memory in both directions. Kept
 * apart, as a page that shows no files has no need of it. docs/PROTOCOL.md has the format.
 */
export { FILE_KEY_LENGTH, createStreamKey, openStreamKey, type FileName, type StreamKey } from './stream-key.ts';

const { chunk: CHUNK, tag: TAG } = ATTACHMENT_LIMITS;

/** Chunks that WebCrypto works on at once: enough for its threads, and 1 MiB of memory. */
const IN_FLIGHT = 16;

/**
 * Seals a file, chunk by chunk.
 * @param source pieces of any length; it is read no faster than the result
 * @yields ciphertext chunks, all but the last of 65,552 bytes
 */
export function encryptStream(
  streamKey: StreamKey,
  source: AsyncIterable<Bytes>,
): AsyncGenerator<Bytes, void, undefined> {
  let index = 0;
  return inOrder(cut(source, CHUNK), IN_FLIGHT, async ({ bytes, isLast }) =>
    sealChunk(streamKey, { index: index++, isLast }, bytes),
  );
}

/**
 * Seals some consecutive chunks of a file, to be put together to a part that is sent as one.
 * @param input.plaintext whole chunks, unless the file ends with it
 * @param input.firstChunk index of the first one. The same chunk is only ever sealed with the same bytes
 */
export async function sealPart(
  streamKey: StreamKey,
  input: { readonly plaintext: Bytes; readonly firstChunk: number; readonly isEnd: boolean },
): Promise<Bytes> {
  const { plaintext, firstChunk, isEnd } = input;
  const count = chunksOf(plaintext.length);
  const part = new Uint8Array(plaintext.length + count * TAG);
  const seal = async (i: number): Promise<void> => {
    const place = { index: firstChunk + i, isLast: isEnd && i === count - 1 };
    part.set(await sealChunk(streamKey, place, plaintext.subarray(i * CHUNK, (i + 1) * CHUNK)), i * (CHUNK + TAG));
  };
  await Promise.all(times(count, (i) => seal(i)));
  return part;
}

/**
 * Opens a file, or some consecutive chunks of it. Every byte that comes out is authentic and in its place, whatever the
 * source is made of; nothing of a bad chunk, or of one after it, does.
 *
 * @param input.size bytes of the whole file, as its sender says
 * @param input.source ciphertext of exactly the chunks from `firstChunk` to the end, or to before `endChunk`, in pieces
 * of
 *   any length
 * @throws SealError ATTACHMENT_DAMAGED, after the last good chunk
 */
export function decryptStream(
  streamKey: StreamKey,
  input: {
    readonly size: number;
    readonly source: AsyncIterable<Bytes>;
    readonly firstChunk?: number;
    readonly endChunk?: number;
  },
): AsyncGenerator<Bytes, void, undefined> {
  const { size, source, firstChunk = 0 } = input;
  const total = chunksOf(size);
  const { endChunk = total } = input;
  if (!(firstChunk >= 0 && firstChunk < endChunk && endChunk <= total)) {
    throw new RangeError(`stream: chunks ${firstChunk} to ${endChunk} of ${total}`);
  }
  let index = firstChunk;

  async function open({ bytes, isLast }: Block): Promise<Bytes> {
    const place = { index, isLast: index === total - 1 };
    index++;
    const length = place.isLast ? size - (total - 1) * CHUNK : CHUNK;
    // The source must end with the range: what follows is not of this file.
    if (bytes.length !== length + TAG || isLast !== (place.index === endChunk - 1)) {
      throw new SealError('ATTACHMENT_DAMAGED', `file: its length is not ${size} bytes`);
    }
    return openChunk(streamKey, place, bytes);
  }

  return inOrder(cut(source, CHUNK + TAG), IN_FLIGHT, open);
}
