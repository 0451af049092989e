/**
 * The journey *conversation*: receiving, sending and changing messages. Entered through `load.ts`, right after the
 * start of a client.
 */
export * as commands from '../commands/message-commands.ts';
export { openSession } from '../identity/open-session.ts';
export { maintainPreKeys } from '../prekeys/maintain.ts';
export { createParts } from './parts.ts';
export { confirmRemoval } from './repairs.ts';
