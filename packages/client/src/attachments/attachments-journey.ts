/** The journey *attachments*: files of messages. Entered through `load.ts`. */
export { createAttachments } from './attachments.ts';
