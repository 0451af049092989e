/** The journey *people*: what a person decides about chats and people, on all their devices. Entered through `load.ts`. */
export { accept, deleteChat, setArchived, setMuted, setPinned } from './chat-marks.ts';
export { introduceNewDevices } from './introduce-devices.ts';
export { setBlocked, setPrivacy } from './people-marks.ts';
