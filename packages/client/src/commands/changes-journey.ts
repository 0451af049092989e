/** The journey *changes*: what people do with messages that were sent, or could not be. Entered through `load-changes.ts`. */
export { deleteForEveryone, edit, react } from './change-message.ts';
export { deleteForMe, setTimer } from './conversation-settings.ts';
export { discardMessage, retryMessage } from './queued.ts';
