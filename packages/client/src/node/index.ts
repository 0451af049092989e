/** `@seal-chat/client/node`: what only Node has. */
export { fileStore } from './file-store.ts';
