import {
  PICTURE_LIMITS,
  SealError,
  isShowable,
  isThumbnail,
  pictureSize,
  type MessageAttachment,
} from '@seal-chat/client';

/** What a file is shown as. The sender's word counts only where it names something on these lists. */
export type Shown = 'image' | 'video' | 'audio' | 'voice' | 'file';

/**
 * Types a browser shows without running anything in them. SVG is not among them: it is a document. AVIF is not: what it
 * unpacks to is not known before.
 */
const INLINE: Readonly<Record<'image' | 'video' | 'audio', ReadonlySet<string>>> = {
  image: new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
  video: new Set(['video/mp4', 'video/webm']),
  audio: new Set(['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/webm', 'audio/wav', 'audio/flac']),
};
/** Files larger than this are saved, not shown, bytes: they would be held in memory as a whole. */
const MOST_INLINE_BYTES = { image: 64 * 1_048_576, other: 256 * 1_048_576 } as const;

/** How `attachment` is shown: as what it says it is, if that is harmless, else as a card. */
export function shownAs({ kind, mimeType, size }: MessageAttachment): Shown {
  if (kind === 'file' || size > MOST_INLINE_BYTES[kind === 'image' ? 'image' : 'other']) return 'file';
  return INLINE[kind === 'voice' ? 'audio' : kind].has(baseType(mimeType)) ? kind : 'file';
}

/** The type a blob of `attachment` gets: from the lists, else one that browsers only save. */
export function safeType(attachment: MessageAttachment): string {
  return shownAs(attachment) === 'file' ? 'application/octet-stream' : baseType(attachment.mimeType);
}

function baseType(mimeType: string): string {
  return mimeType.split(';', 1)[0]!.trim().toLowerCase();
}

/** A thumbnail as a blob; null for what is no small, still picture: it is unpacked without anybody asking for it. */
export function thumbnailBlob({ thumbnail }: MessageAttachment): Blob | null {
  const size = thumbnail && pictureSize(thumbnail);
  return size !== null && isThumbnail(size) ? new Blob([thumbnail!], { type: size.type }) : null;
}

/**
 * The content of a file as it may be shown: a picture by what its bytes are, whatever its sender calls it.
 *
 * @throws SealError TOO_LARGE for a picture of too many pixels, ATTACHMENT_DAMAGED for what is none
 */
export async function showable(attachment: MessageAttachment, content: Blob): Promise<Blob> {
  if (shownAs(attachment) !== 'image') return content;
  const size = pictureSize(new Uint8Array(await content.arrayBuffer()));
  if (size === null) throw new SealError('ATTACHMENT_DAMAGED', 'picture: its size is not known');
  if (!isShowable(size)) throw new SealError('TOO_LARGE', `picture: ${size.width} x ${size.height} pixels`);
  return content.slice(0, content.size, size.type);
}

/** Proportions that a file claims to have, in pixels; a claim beyond reason is not believed. */
export function proportions({ width, height }: MessageAttachment, fallback: readonly [number, number]) {
  const [across, down] = width && height ? [width, height] : fallback;
  const isSane = Math.max(across, down) <= PICTURE_LIMITS.edge && Math.max(across / down, down / across) <= 20;
  return isSane ? { width: across, height: down } : { width: fallback[0], height: fallback[1] };
}
