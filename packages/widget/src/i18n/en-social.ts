import type { SocialStrings } from './social-strings.ts';
import { plural } from './strings.ts';

/** English, for the views around people. */
export const enSocial: SocialStrings = {
  requests: 'Requests',
  requestsNone: 'No requests.',
  requestsHint: 'People you have never written to. They don’t learn that you read this until you accept.',
  archive: 'Archived',
  archiveNone: 'Nothing is archived.',

  requestPerson: 'You have never written to each other.',
  requestGuest: 'A guest without an account.',
  requestHint: (name) => `${name} sees that you read this only if you accept. Files open after that.`,
  acceptRequest: 'Accept',
  block: 'Block',
  blockNamed: (name) => `Block ${name}`,
  blockConfirm: (name) => `Block ${name}? Their messages no longer reach you. They are not told.`,
  unblock: 'Unblock',
  unblockNamed: (name) => `Unblock ${name}`,
  youBlocked: (name) => `You have blocked ${name}.`,
  youBlockedText: 'What they send now does not reach you, also after you unblock them.',

  pin: 'Pin to the top',
  pinText: 'The chat stays above the others in your list.',
  archiveChat: 'Archive',
  archiveText: 'The chat leaves your list and asks for your attention only when you are mentioned.',
  deleteChat: 'Delete chat',
  deleteChatConfirm: 'Delete all messages of this chat on your devices? Others keep theirs.',

  privacy: 'Privacy',
  privacyText: 'What you don’t tell others you don’t see of them either.',
  tellTyping: 'Typing',
  tellTypingText: 'Others see when you are writing to them.',
  tellPresence: 'Online status',
  tellPresenceText: 'People you share a chat with see whether you are here.',
  tellReceipts: 'Read receipts',
  tellReceiptsText: 'Others see what you have read. Delivered stays visible: the server knows it.',
  blockedPeople: 'Blocked people',
  blockedNone: 'You have blocked nobody.',

  checkPerson: (name) => `Check it’s ${name}`,
  checkText: (name) =>
    `Scan the code on the screen of ${name}, or read the number to each other on a call. If it is the same on both sides, you have each other’s keys.`,
  codeFor: (name) => `Your code for ${name}`,
  numbers: 'Safety number',
  numbersMatch: 'The numbers match',
  numbersDiffer: 'They differ',
  scanCode: 'Scan a code',
  scanning: 'Point the camera at the code on their screen.',
  stopScanning: 'Stop scanning',
  noCamera: 'There is no camera to use here. Read the number to each other instead.',
  otherCode: (name) => `That is not the code that ${name} shows you. Scan the one on their screen, for you.`,
  matches: (name) => `It’s ${name}`,
  matchesText: 'The keys are the same on both sides. Your other devices know it too.',
  differs: 'Don’t send anything private',
  differsText: (name) =>
    `The keys are not the same. Either ${name} started over and sees an old number, or someone is between you. Both close this page and open it again; if the numbers still differ, talk about it another way.`,
  verifiedText: (name) => `You have compared keys with ${name}.`,
  clearVerification: 'Forget that I checked',
  verifiedBefore: (name) => `You had checked ${name}, and the keys have changed`,
  verifiedBeforeText: (name) =>
    `Nothing is sent before you compare again. ${name} may have started over on a new device. If you did not expect it, ask another way.`,
  compareAgain: 'Check now',
  requestCount: (count) => plural('en', count, { one: '# request', other: '# requests' }),
  archivedCount: (count) => plural('en', count, { one: '# archived chat', other: '# archived chats' }),
  blockedMessage: (name) => `Message from ${name}, whom you have blocked`,
  showBlocked: 'Show',
  devicesAdded: (count, name) =>
    `${name} now also reads on ${plural('en', count, { one: 'a new device', other: '# new devices' })}`,
  ownDevicesAdded: (count, names) =>
    `Your account has ${plural('en', count, { one: 'a new device', other: '# new devices' })}${names === null ? '' : `: ${names}`}`,
  devicesRemoved: (count, name) =>
    `${plural('en', count, { one: 'A device', other: '# devices' })} of ${name ?? 'your account'} can no longer read what is sent here`,
  devicesRejoined: (count, name) =>
    `${plural('en', count, { one: 'A device', other: '# devices' })} of ${name ?? 'your account'} came back with new keys`,
  moreLines: (count) => `${count} more`,
  verifiedSign: 'Verified',
  changedSign: 'Keys changed',
};
