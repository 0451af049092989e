/** What people do with messages beyond writing and reading them. */
export { markRead } from '../conversations/read-position.ts';
export { deleteForEveryone, edit, react } from './change-message.ts';
export { accept, deleteChat, setArchived, setMuted, setPinned } from './chat-marks.ts';
export { deleteForMe, setDraft, setTimer } from './conversation-settings.ts';
export { setBlocked, setPrivacy } from './people-marks.ts';
export { discardMessage, retryMessage } from './queued.ts';
