import type { Attachment } from '@seal-chat/protocol/content';

/** What is found out of a file, and what is sent of it. */
export interface Described extends Omit<Attachment, 'attachmentId' | 'fileKey' | 'commitment' | 'size' | 'name'> {
  /** The file, or what was made of it. */
  readonly content: Blob;
}
