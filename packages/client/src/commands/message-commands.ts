/** What people do with a conversation, and with messages that were not sent yet, beyond writing and reading. */
export { openDm } from './open-dm.ts';
export { markRead } from '../conversations/read-position.ts';
export { discardMessage, retryMessage } from './queued.ts';
export { setDraft } from './set-draft.ts';
