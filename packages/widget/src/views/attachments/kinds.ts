import type { MessageAttachment } from '@seal-chat/client';

/** What a file is shown as. The sender's word counts only where it names something on these lists. */
export type Shown = 'image' | 'video' | 'audio' | 'voice' | 'file';

/** Types a browser shows without running anything in them. SVG is not among them: it is a document. */
const INLINE: Readonly<Record<'image' | 'video' | 'audio', ReadonlySet<string>>> = {
  image: new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']),
  video: new Set(['video/mp4', 'video/webm']),
  audio: new Set(['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/webm', 'audio/wav', 'audio/flac']),
};
/** Files larger than this are saved, not shown, bytes: they would be held in memory as a whole. */
const MOST_INLINE_BYTES = 256 * 1_048_576;

/** How `attachment` is shown: as what it says it is, if that is harmless, else as a card. */
export function shownAs({ kind, mimeType, size }: MessageAttachment): Shown {
  if (kind === 'file' || size > MOST_INLINE_BYTES) return 'file';
  return INLINE[kind === 'voice' ? 'audio' : kind].has(baseType(mimeType)) ? kind : 'file';
}

/** The type a blob of `attachment` gets: from the lists, else one that browsers only save. */
export function safeType(attachment: MessageAttachment): string {
  return shownAs(attachment) === 'file' ? 'application/octet-stream' : baseType(attachment.mimeType);
}

function baseType(mimeType: string): string {
  return mimeType.split(';', 1)[0]!.trim().toLowerCase();
}

/** A thumbnail as a blob, or null for bytes that are neither WebP nor JPEG. */
export function thumbnailBlob({ thumbnail }: MessageAttachment): Blob | null {
  if (thumbnail === null) return null;
  const head = String.fromCharCode(...thumbnail.subarray(0, 12));
  if (head.startsWith('\xff\xd8\xff')) return new Blob([thumbnail], { type: 'image/jpeg' });
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? new Blob([thumbnail], { type: 'image/webp' }) : null;
}

/** A file's name as it is shown and saved: without characters that turn reading around or name another folder. */
export function safeName(name: string, fallback: string): string {
  const clean = name.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]/gu, '').trim();
  return clean === '' ? fallback : clean;
}
