import type { Attachment, AttachmentKind } from '@seal-chat/protocol/content';
import type { AttachOptions } from '../../client-types.ts';

/** What is said of a file, and what is sent of it. */
export interface DescribedFile extends Omit<Attachment, 'attachmentId' | 'fileKey' | 'commitment' | 'size'> {
  /** The file, or what was made of it. */
  readonly content: Blob;
}

export function kindOf(_file: Blob, { kind }: AttachOptions): AttachmentKind {
  return kind ?? 'file';
}

export async function describeFile(
  file: Blob & { readonly name?: string },
  options: AttachOptions,
): Promise<DescribedFile> {
  return {
    content: file,
    kind: kindOf(file, options),
    name: file.name ?? '',
    mimeType: file.type,
    width: null,
    height: null,
    durationMs: options.durationMs ?? null,
    preview: options.waveform === undefined ? null : new Uint8Array(options.waveform),
    thumbnail: null,
  };
}
