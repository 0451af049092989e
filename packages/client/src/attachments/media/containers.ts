import { concatBytes, type Bytes } from '@seal-chat/protocol';

/**
 * The containers of pictures: which one a file is, whether it moves, and the same without what it says about when,
 * where and by whom it was made. For pictures that move, which no canvas can write. Whatever is not understood makes
 * the answer null, and the file is no picture.
 */

export type PictureType = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';

const ascii = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/** What a file is by its first bytes (at least 12), whatever it is called. */
export function pictureType(head: Uint8Array): PictureType | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg';
  if (head[0] === 0x89 && ascii(head, 1, 7) === 'PNG\r\n\u001A\n') return 'image/png';
  if (/^GIF8[79]a$/.test(ascii(head, 0, 6))) return 'image/gif';
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 4) === 'WEBP') return 'image/webp';
  return null;
}

/** Whether a picture may have more than one frame; those of GIF are taken to. */
export function isMoving(bytes: Uint8Array, type: PictureType): boolean {
  if (type === 'image/gif') return true;
  const chunks = type === 'image/png' ? pngChunks(bytes) : type === 'image/webp' ? webpChunks(bytes) : [];
  return chunks?.some(({ name }) => name === 'acTL' || name === 'ANIM') ?? false;
}

/** The picture without metadata, its frames as they were; null when its container is damaged. */
export function withoutMetadata(bytes: Uint8Array, type: PictureType): Bytes | null {
  switch (type) {
    case 'image/png':
      return strippedPng(bytes);
    case 'image/webp':
      return strippedWebp(bytes);
    case 'image/gif':
      return strippedGif(bytes);
    case 'image/jpeg':
      return null;
  }
}

/** A chunk of a PNG or WebP: its name, and all of its bytes. */
interface Chunk {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const PNG_HEAD = 8;
/** What a PNG needs to be shown as it was (PNG 3rd edition, §11). All else is left out. */
const PNG_KEPT = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs acTL fcTL fdAT'.split(' '),
);

/** The chunks of a PNG up to its end; null when they are damaged. */
export function pngChunks(bytes: Uint8Array): readonly Chunk[] | null {
  const chunks: Chunk[] = [];
  for (let at = PNG_HEAD; at < bytes.length;) {
    if (at + 12 > bytes.length) return null;
    const end = at + 12 + view(bytes).getUint32(at);
    if (end > bytes.length) return null;
    const name = ascii(bytes, at + 4, 4);
    chunks.push({ name, bytes: bytes.subarray(at, end) });
    // What comes after the end is not of the picture.
    if (name === 'IEND') return chunks;
    at = end;
  }
  return null;
}

function strippedPng(bytes: Uint8Array): Bytes | null {
  const chunks = pngChunks(bytes);
  if (chunks === null) return null;
  const kept = chunks.filter(({ name }) => PNG_KEPT.has(name));
  return concatBytes(bytes.subarray(0, PNG_HEAD), ...kept.map((chunk) => chunk.bytes));
}

const RIFF_HEAD = 12;
/** What a WebP needs to be shown as it was (RFC 9649 §2). */
const WEBP_KEPT = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
/** Bits of VP8X that say that there is EXIF or XMP. */
const WEBP_METADATA = 0b0000_1100;

/** The chunks of a WebP; null when they are damaged. */
export function webpChunks(bytes: Uint8Array): readonly Chunk[] | null {
  if (bytes.length < RIFF_HEAD) return null;
  const end = Math.min(bytes.length, 8 + view(bytes).getUint32(4, true));
  const chunks: Chunk[] = [];
  for (let at = RIFF_HEAD; at < end;) {
    if (at + 8 > end) return null;
    const size = view(bytes).getUint32(at + 4, true);
    const next = at + 8 + size + (size % 2);
    if (next > end + 1) return null;
    chunks.push({ name: ascii(bytes, at, 4), bytes: bytes.subarray(at, Math.min(next, end)) });
    at = next;
  }
  return chunks;
}

function strippedWebp(bytes: Uint8Array): Bytes | null {
  const chunks = webpChunks(bytes);
  if (chunks === null) return null;
  const kept = chunks
    .filter(({ name }) => WEBP_KEPT.has(name))
    .map((chunk) => {
      if (chunk.name !== 'VP8X') return chunk.bytes;
      const flags = chunk.bytes.slice();
      flags[8]! &= ~WEBP_METADATA;
      return flags;
    });
  const stripped = concatBytes(bytes.subarray(0, RIFF_HEAD), ...kept);
  view(stripped).setUint32(4, stripped.length - 8, true);
  return stripped;
}

/** Application extensions that say how often to repeat. */
const GIF_LOOPS = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);

/**
 * GIF89a, Appendix: comments, plain text and unknown applications (XMP among them) go, frames and their timing stay.
 */
function strippedGif(bytes: Uint8Array): Bytes | null {
  const tableSize = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + tableSize(bytes[10] ?? 0);
  const kept: Uint8Array[] = [bytes.subarray(0, at)];
  /** Index after the data blocks that begin at `start`; past the end when they are cut off. */
  const afterBlocks = (start: number): number => {
    let block = start;
    while (block < bytes.length && bytes[block] !== 0) block += bytes[block]! + 1;
    return block + 1;
  };
  while (at < bytes.length) {
    const start = at;
    const kind = bytes[at];
    if (kind === 0x3b) return concatBytes(...kept, bytes.subarray(at, at + 1));
    let isKept = true;
    if (kind === 0x2c) {
      // Image descriptor, its colours, the least code size, the data.
      at = afterBlocks(at + 10 + tableSize(bytes[at + 9] ?? 0) + 1);
    } else if (kind === 0x21) {
      const label = bytes[at + 1];
      isKept = label === 0xf9 || (label === 0xff && GIF_LOOPS.has(ascii(bytes, at + 3, 11)));
      at = afterBlocks(at + 2);
    } else return null;
    if (at > bytes.length) return null;
    if (isKept) kept.push(bytes.subarray(start, at));
  }
  return null;
}
