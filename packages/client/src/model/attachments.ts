import type { Readable } from '../state/atom.ts';
import type { AttachmentId } from '@seal-chat/protocol';
import type { Attachment } from '@seal-chat/protocol/content';

/** Files of messages, as the application sees them. Times are ms. */

/** A file of a message. What it says of itself is the sender's word: decide by your own list what to show. */
export interface MessageAttachment extends Omit<Attachment, 'fileKey' | 'commitment'> {
  /** How far this account's own file is on its way to the server; null for all others. */
  readonly upload: UploadState | null;
}

export interface UploadState {
  /** Bytes. */
  readonly loaded: number;
  readonly total: number;
  readonly state: 'preparing' | 'uploading' | 'paused' | 'failed' | 'done';
}

/** A recorded voice note says so; every other file is taken for what it is. */
export interface AttachOptions {
  readonly kind?: 'voice';
  readonly durationMs?: number;
  /** Levels for the picture of the sound, one byte each, at most 128. */
  readonly waveform?: Uint8Array;
}

/**
 * A file that belongs to no message yet. Its upload begins at once and goes on when the message is sent before it is
 * done.
 */
export interface PendingAttachment {
  readonly attachmentId: AttachmentId;
  readonly attachment: Readable<MessageAttachment>;
  pause(): void;
  resume(): void;
  /** Gives it up and forgets it. */
  cancel(): void;
}

/** The content of an attachment while it is fetched and opened. */
export interface OpenedAttachment {
  /**
   * The file's bytes, each verified before it is here. Errors with SealError ATTACHMENT_DAMAGED, OFFLINE, UNAVAILABLE,
   * RATE_LIMITED
   */
  readonly stream: ReadableStream<Uint8Array>;
  readonly size: number;
  readonly mimeType: string;
  readonly name: string;
}

export interface OpenAttachmentOptions {
  readonly signal?: AbortSignal;
  /** Bytes opened so far. */
  readonly onProgress?: (loaded: number) => void;
}
