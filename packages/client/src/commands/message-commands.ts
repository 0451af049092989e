/** What people do with messages beyond writing and reading them. */
export { openDm } from '../conversations/conversation-rows.ts';
export { markRead } from '../conversations/read-position.ts';
export { deleteForEveryone, edit, react } from './change-message.ts';
export { deleteForMe, setDraft, setTimer } from './conversation-settings.ts';
export { discardMessage, retryMessage } from './queued.ts';
