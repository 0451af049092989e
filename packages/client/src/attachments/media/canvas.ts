import { CONTENT_LIMITS, utf8, type Bytes } from '@seal-chat/protocol';
import { blurHash } from './blurhash.ts';

/** Something that can be drawn, and how large it is. */
export interface Picture {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** Longest edges of a thumbnail and qualities, tried until it is small enough. */
const THUMBNAIL_EDGES = [400, 320, 240, 160, 96, 48];
const THUMBNAIL_QUALITIES = [0.75, 0.5, 0.3];
/** Edge of the picture that a placeholder is made of. */
const HASHED_EDGE = 32;

interface Drawn {
  readonly pixels: () => Uint8ClampedArray;
  readonly encode: (type: string, quality?: number) => Promise<Blob | null>;
}

/** Whether there is anything to draw on: not in Node. */
export function canDraw(): boolean {
  return typeof createImageBitmap === 'function' && (typeof OffscreenCanvas === 'function' || hasDocument());
}

const hasDocument = (): boolean => typeof document === 'object';

/** Draws a picture in another size; null when the browser cannot. */
function draw({ image }: Picture, width: number, height: number): Drawn | null {
  if (typeof OffscreenCanvas === 'function') {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0, width, height);
    return (
      context && {
        pixels: () => context.getImageData(0, 0, width, height).data,
        encode: (type, quality) => canvas.convertToBlob({ type, ...(quality && { quality }) }),
      }
    );
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  context?.drawImage(image, 0, 0, width, height);
  return (
    context && {
      pixels: () => context.getImageData(0, 0, width, height).data,
      encode: (type, quality) => new Promise((resolve) => canvas.toBlob(resolve, type, quality)),
    }
  );
}

/** Draws the picture again, in its own size: nothing but its pixels. Null when the browser does not write that type. */
export async function encodePicture(picture: Picture, type: string, quality?: number): Promise<Blob | null> {
  const blob = await draw(picture, picture.width, picture.height)?.encode(type, quality);
  return blob?.type === type ? blob : null;
}

/** Whether any pixel lets through what is behind; looked for in a small copy. */
export function isTransparent(picture: Picture): boolean {
  const pixels = draw(picture, HASHED_EDGE, HASHED_EDGE)?.pixels();
  return pixels?.some((value, i) => i % 4 === 3 && value < 255) ?? false;
}

/** A small WebP, or JPEG where the browser writes no WebP; null when none is small enough. */
export async function thumbnailOf(picture: Picture): Promise<Bytes | null> {
  for (const edge of THUMBNAIL_EDGES) {
    const { width, height } = within(picture, edge);
    const drawn = draw(picture, width, height);
    if (drawn === null) return null;
    for (const quality of THUMBNAIL_QUALITIES) {
      let blob = await drawn.encode('image/webp', quality);
      if (blob?.type !== 'image/webp') blob = await drawn.encode('image/jpeg', quality);
      if (blob !== null && blob.size <= CONTENT_LIMITS.thumbnail) return new Uint8Array(await blob.arrayBuffer());
    }
  }
  return null;
}

/** BlurHash text as UTF-8; null when the browser does not show pixels to scripts. */
export function placeholderOf(picture: Picture): Bytes | null {
  const size = within(picture, HASHED_EDGE);
  const pixels = draw(picture, size.width, size.height)?.pixels();
  if (pixels === undefined) return null;
  const isWide = picture.width >= picture.height;
  return utf8(blurHash(pixels, size, isWide ? { across: 4, down: 3 } : { across: 3, down: 4 }));
}

/** The picture's size with no edge longer than `edge`. */
function within({ width, height }: Picture, edge: number): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
