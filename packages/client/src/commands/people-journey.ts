/** The journey *people*: what a person decides about chats and people, on all their devices. Entered through `load.ts`. */
export { accept, deleteChat, setArchived, setMuted, setPinned, tellPresence } from './chat-marks.ts';
export { setBlocked, setPrivacy } from './people-marks.ts';
export { createPeopleSync } from './people-sync.ts';
