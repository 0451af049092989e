/** What people do with messages beyond writing and reading them. */
export { markRead } from '../conversations/read-position.ts';
export { deleteForEveryone, edit, react } from './change-message.ts';
export { deleteForMe, setDraft, setMuted, setTimer } from './conversation-settings.ts';
export { discardMessage, retryMessage } from './queued.ts';
