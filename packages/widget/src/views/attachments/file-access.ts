import type { Conversation, MessageAttachment } from '@seal-chat/client';
import { safeType } from './kinds.ts';
import { safeName } from './safe-name.ts';

/** Pieces are handed to the browser in blobs of about this size, bytes, which it may keep on disk. */
const PIECE_BYTES = 8 * 1_048_576;
/** Files larger than this go to disk as they come where the browser can do that, bytes. */
const STREAM_BYTES = 128 * 1_048_576;

/** One file of a message, to be opened. */
export interface FileSource {
  readonly conversation: Conversation;
  readonly seq: number;
  readonly attachment: MessageAttachment;
}

/** How an opening goes on. */
export interface Progress {
  readonly signal: AbortSignal;
  /** Part that is here, from 0 to 1. */
  readonly onProgress: (part: number) => void;
}

/** The whole file, verified, with a type that is safe to show or only to save. @throws SealError */
export async function readFile(source: FileSource, progress: Progress): Promise<Blob> {
  const type = safeType(source.attachment);
  const pieces: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = (await open(source, progress)).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    waiting.push(next.value as Uint8Array<ArrayBuffer>);
    size += next.value.length;
    if (size < PIECE_BYTES) continue;
    pieces.push(new Blob(waiting));
    waiting = [];
    size = 0;
  }
  return new Blob([...pieces, ...waiting], { type });
}

async function open({ conversation, seq, attachment }: FileSource, { signal, onProgress }: Progress) {
  const { stream } = await conversation.openAttachment(seq, attachment.attachmentId, {
    signal,
    onProgress: (loaded) => onProgress(attachment.size === 0 ? 1 : Math.min(1, loaded / attachment.size)),
  });
  return stream;
}

/** What browsers offer that can write to a file of the person's choice. */
interface SavePicker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<{
    createWritable(): Promise<WritableStream<Uint8Array>>;
  }>;
}

/** Has the browser save the file under its name. To be called from a click. @throws SealError */
export async function saveFile(source: FileSource, progress: Progress, fallbackName: string): Promise<void> {
  const name = safeName(source.attachment.name, fallbackName);
  const { showSaveFilePicker } = globalThis as SavePicker;
  if (source.attachment.size > STREAM_BYTES && showSaveFilePicker !== undefined) {
    const file = await showSaveFilePicker({ suggestedName: name });
    await (await open(source, progress)).pipeTo(await file.createWritable());
    return;
  }
  const blob = await readFile(source, progress);
  saveBlob(new Blob([blob], { type: 'application/octet-stream' }), name);
}

/** Saves what is here already. */
function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser must have begun before the address is released.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
