import { CONTENT_LIMITS } from '@seal-chat/protocol';
import type { AttachmentKind } from '@seal-chat/protocol/content';
import type { AttachOptions } from '../../model/attachments.ts';
import { canDraw } from './canvas.ts';
import type { Described } from './described.ts';
import { describeImage } from './image.ts';
import { describePlayable } from './playable.ts';

export interface DescribedFile extends Described {
  readonly name: string;
}

const ANY = 'application/octet-stream';
/** With parameters, as recordings have them: `audio/webm;codecs=opus`. */
const MIME_TYPE = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w.+-]+=[\w.+,"-]+)*$/;
/** Endings that fit what is sent, where it is not what came. */
const ENDINGS: Readonly<Record<string, string>> = { 'image/jpeg': '.jpg', 'image/png': '.png' };

/** What a file is taken for before it is looked at. Where nothing can be drawn, in Node, every file is just one. */
export function kindOf(file: Blob, { kind }: AttachOptions): AttachmentKind {
  if (kind !== undefined) return kind;
  const [general = '', special = ''] = file.type.split('/');
  if (!canDraw()) return 'file';
  // SVG is a document that can hold scripts.
  if (general === 'image') return special.startsWith('svg') ? 'file' : 'image';
  return general === 'video' || general === 'audio' ? general : 'file';
}

/** Finds out what can be said of a file. What is not understood is a file, and sent as it is. */
export async function describeFile(
  file: Blob & { readonly name?: string },
  options: AttachOptions,
): Promise<DescribedFile> {
  const expected = kindOf(file, options);
  const isNamed = MIME_TYPE.test(file.type) && file.type.length <= CONTENT_LIMITS.mimeType;
  const mimeType = isNamed ? file.type : ANY;
  const plain = { content: file, width: null, height: null, durationMs: null, preview: null, thumbnail: null };
  if (expected === 'voice') {
    const { durationMs = null, waveform } = options;
    const preview = waveform === undefined ? null : new Uint8Array(waveform.slice(0, CONTENT_LIMITS.preview));
    return { ...plain, kind: 'voice', mimeType, name: nameOf(file, 'voice'), preview, durationMs: wholeMs(durationMs) };
  }
  const described = await inspect(file, expected).catch(() => null);
  if (described === null) return { ...plain, kind: 'file', mimeType, name: nameOf(file, 'file') };
  return { ...described, name: fitting(nameOf(file, expected), file.type, described.mimeType) };
}

function inspect(file: Blob, kind: AttachmentKind): Promise<Described | null> {
  if (kind === 'image') return describeImage(file);
  return kind === 'video' || kind === 'audio' ? describePlayable(file, kind) : Promise.resolve(null);
}

function wholeMs(durationMs: number | null): number | null {
  return durationMs !== null && durationMs >= 0 && durationMs < 2 ** 32 ? Math.round(durationMs) : null;
}

function nameOf({ name }: { readonly name?: string }, fallback: string): string {
  return name === undefined || name === '' ? fallback : name;
}

/** A picture that had to become another type is called so. */
function fitting(name: string, from: string, to: string): string {
  const ending = ENDINGS[to];
  return from === to || ending === undefined || name.toLowerCase().endsWith(ending)
    ? name
    : name.replace(/\.\w{1,5}$/, '') + ending;
}
