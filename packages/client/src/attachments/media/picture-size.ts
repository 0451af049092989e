import { pictureType, pngChunks, webpChunks, type PictureType } from './containers.ts';

/** What the bytes of a picture say about it, every part of them alike. */
export interface PictureSize {
  readonly type: PictureType;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** It may have more than one frame. */
  readonly isMoving: boolean;
}

/**
 * Pixels that are unpacked of one picture at most: 28 bytes can ask for more than a gigabyte of memory. Thumbnails are
 * shown unasked, and count their longer edge.
 */
export const PICTURE_LIMITS = { pixels: 50_000_000, edge: 16_384, thumbnailEdge: 512 } as const;

/**
 * Reads how large a picture is, without unpacking any of it. Null for what is no JPEG, PNG, GIF or WebP, whose container
 * is damaged or goes on behind its end, or whose parts say different things: nobody knows which of them a browser
 * believes. AVIF is among these: its true size is known only to its decoder.
 */
export function pictureSize(bytes: Uint8Array): PictureSize | null {
  const type = pictureType(bytes);
  if (type === null) return null;
  const sizes = { 'image/jpeg': jpegSize, 'image/png': pngSize, 'image/gif': gifSize, 'image/webp': webpSize };
  const size = sizes[type](bytes);
  return size === null || size.width === 0 || size.height === 0 ? null : { type, ...size };
}

/** Whether a picture may be unpacked at a person's request. */
export function isShowable({ width, height }: PictureSize): boolean {
  const { edge, pixels } = PICTURE_LIMITS;
  return Math.max(width, height) <= edge && width * height <= pixels;
}

/** Whether a picture may be unpacked unasked: a still one, no larger than thumbnails are made. */
export function isThumbnail({ width, height, isMoving }: PictureSize): boolean {
  return !isMoving && Math.max(width, height) <= PICTURE_LIMITS.thumbnailEdge;
}

type Size = Omit<PictureSize, 'type'>;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** ITU T.81, Annex B: the frame header before the first scan. */
function jpegSize(bytes: Uint8Array): Size | null {
  const data = view(bytes);
  let size: Size | null = null;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1]!;
    // Markers may be preceded by any number of FF.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === START_OF_SCAN) return size;
    // Without a length; none of them has a place before the first scan.
    if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9)) return null;
    const length = data.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) return null;
    if (isFrameHeader(marker)) {
      if (size !== null || length < 8) return null;
      size = { height: data.getUint16(at + 5), width: data.getUint16(at + 7), isMoving: false };
    }
    at += 2 + length;
  }
  return null;
}

const START_OF_SCAN = 0xda;
/** SOF0 to SOF15, without DHT, JPG and DAC, which are among them. */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** PNG 3rd edition, §11.2.1 and §11.3.6: one header, first; frames within it. */
function pngSize(bytes: Uint8Array): Size | null {
  const chunks = pngChunks(bytes);
  const [header, ...rest] = chunks ?? [];
  if (header?.name !== 'IHDR' || header.bytes.length !== 25 || rest.some(({ name }) => name === 'IHDR')) return null;
  const width = view(header.bytes).getUint32(8);
  const height = view(header.bytes).getUint32(12);
  const frames = rest.filter(({ name }) => name === 'fcTL');
  const isWithin = frames.every((frame) => {
    if (frame.bytes.length !== 38) return false;
    const data = view(frame.bytes);
    const [w, h, x, y] = [12, 16, 20, 24].map((offset) => data.getUint32(offset)) as [number, number, number, number];
    return x + w <= width && y + h <= height;
  });
  return isWithin ? { width, height, isMoving: rest.some(({ name }) => name === 'acTL') } : null;
}

/** GIF89a, §18 and §20: frames within the screen, up to the trailer. */
function gifSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 14) return null;
  const data = view(bytes);
  const tableSize = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const width = data.getUint16(6, true);
  const height = data.getUint16(8, true);
  let frames = 0;
  let at = 13 + tableSize(bytes[10]!);
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x3b) return frames === 0 ? null : { width, height, isMoving: frames > 1 };
    if (kind === 0x2c) {
      if (at + 10 > bytes.length) return null;
      const [x, y, w, h] = [1, 3, 5, 7].map((offset) => data.getUint16(at + offset, true)) as [
        number,
        number,
        number,
        number,
      ];
      if (x + w > width || y + h > height) return null;
      frames++;
      at += 10 + tableSize(bytes[at + 9]!) + 1;
    } else if (kind === 0x21) at += 2;
    else return null;
    // Data blocks, up to an empty one.
    while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
    at++;
  }
  return null;
}

/** RFC 9649: the canvas and every bitstream in it. Still pictures fill their canvas; frames lie within it. */
function webpSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 12 || 8 + view(bytes).getUint32(4, true) !== bytes.length) return null;
  const chunks = webpChunks(bytes) ?? [];
  const [first] = chunks;
  if (first === undefined) return null;
  if (first.name !== 'VP8X') return chunks.length === 1 ? bitstreamSize(first.name, first.bytes) : null;
  if (first.bytes.length < 18 || chunks.filter(({ name }) => name === 'VP8X').length > 1) return null;
  const width = 1 + uint24(first.bytes, 12);
  const height = 1 + uint24(first.bytes, 15);
  let isMoving = false;
  for (const { name, bytes: chunk } of chunks) {
    if (name === 'ANIM') isMoving = true;
    if (name === 'VP8 ' || name === 'VP8L') {
      const size = bitstreamSize(name, chunk);
      if (size?.width !== width || size.height !== height) return null;
    }
    if (name === 'ANMF' && !isFrameWithin(chunk, width, height)) return null;
  }
  return { width, height, isMoving };
}

/** A frame of an animation: its place and size, then chunks of its own. */
function isFrameWithin(chunk: Uint8Array, width: number, height: number): boolean {
  if (chunk.length < 24) return false;
  const x = 2 * uint24(chunk, 8);
  const y = 2 * uint24(chunk, 11);
  const w = 1 + uint24(chunk, 14);
  const h = 1 + uint24(chunk, 17);
  if (x + w > width || y + h > height) return false;
  for (let at = 24; at + 8 <= chunk.length;) {
    const name = String.fromCharCode(...chunk.subarray(at, at + 4));
    const size = view(chunk).getUint32(at + 4, true);
    const end = at + 8 + size;
    if (end > chunk.length) return false;
    if (name === 'VP8 ' || name === 'VP8L') {
      const found = bitstreamSize(name, chunk.subarray(at, end));
      if (found?.width !== w || found.height !== h) return false;
    }
    at = end + (size % 2);
  }
  return true;
}

/** RFC 6386 §9.1, a key frame; RFC 9649 §3.4. `chunk` begins with its name and length. */
function bitstreamSize(name: string, chunk: Uint8Array): Size | null {
  const data = view(chunk);
  if (name === 'VP8L') {
    if (chunk.length < 13 || chunk[8] !== 0x2f) return null;
    const bits = data.getUint32(9, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), isMoving: false };
  }
  const isKeyFrame =
    name === 'VP8 ' && chunk.length >= 18 && (chunk[8]! & 1) === 0 && chunk[11] === 0x9d && chunk[12] === 0x01;
  if (!isKeyFrame || chunk[13] !== 0x2a) return null;
  return { width: data.getUint16(14, true) & 0x3fff, height: data.getUint16(16, true) & 0x3fff, isMoving: false };
}

function uint24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}
