import { encodePicture, isTransparent, placeholderOf, thumbnailOf, type Picture } from './canvas.ts';
import { isMoving, pictureType, withoutMetadata, type PictureType } from './containers.ts';
import type { Described } from './described.ts';
import { isShowable, pictureSize } from './picture-size.ts';

/** Larger files are no pictures, bytes: all of it is in memory while it is looked at. */
const MOST_BYTES = 64 * 1_048_576;

/** From what cameras use downwards: a picture does not grow by being drawn again. */
const QUALITIES = [0.92, 0.85, 0.75, 0.6];

/**
 * What a picture is, and the picture without anything that it says beyond its pixels: it is drawn again, upright, in
 * its own size and type. One that moves keeps its frames and loses its metadata. Null when it is no picture that
 * browsers show, which includes SVG: that is a document.
 */
export async function describeImage(file: Blob): Promise<Described | null> {
  const type = pictureType(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (type === null || file.size > MOST_BYTES) return null;
  // What it would unpack to is known before anything does.
  const size = pictureSize(new Uint8Array(await file.arrayBuffer()));
  if (size === null || !isShowable(size)) return null;
  const typed = file.slice(0, file.size, type);
  // Upright, as EXIF says.
  const bitmap = await createImageBitmap(typed, { imageOrientation: 'from-image' }).catch(() => null);
  if (bitmap === null) return null;
  try {
    const picture: Picture = { image: bitmap, width: bitmap.width, height: bitmap.height };
    const content = await cleaned(typed, type, picture);
    if (content === null) return null;
    return {
      content,
      kind: 'image',
      mimeType: content.type,
      width: picture.width,
      height: picture.height,
      durationMs: null,
      preview: placeholderOf(picture),
      thumbnail: await thumbnailOf(picture),
    };
  } finally {
    bitmap.close();
  }
}

async function cleaned(file: Blob, type: PictureType, picture: Picture): Promise<Blob | null> {
  const bytes = type === 'image/jpeg' ? null : new Uint8Array(await file.arrayBuffer());
  if (bytes !== null && isMoving(bytes, type)) {
    const stripped = withoutMetadata(bytes, type);
    return stripped && new Blob([stripped], { type });
  }
  const same = await encodeWithin(picture, type, file.size);
  if (same !== null) return same;
  // Not every browser writes WebP.
  return encodeWithin(picture, isTransparent(picture) ? 'image/png' : 'image/jpeg', file.size);
}

/** In the first quality that makes it no larger than `size`, else in the last. */
async function encodeWithin(picture: Picture, type: string, size: number): Promise<Blob | null> {
  if (type === 'image/png') return encodePicture(picture, type);
  let blob: Blob | null = null;
  for (const quality of QUALITIES) {
    blob = await encodePicture(picture, type, quality);
    if (blob === null || blob.size <= size) break;
  }
  return blob;
}
