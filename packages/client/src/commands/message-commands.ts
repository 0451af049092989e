/** What people do with a conversation, and with messages that were not sent yet, beyond writing and reading. */
export { openDm } from './open-dm.ts';
export { searchUsers } from './search-users.ts';
export { markRead } from '../conversations/read-position.ts';
export { setDraft } from './set-draft.ts';
