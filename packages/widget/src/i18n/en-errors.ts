import { ERRORS, type ErrorCode } from '@seal-chat/client';

const general = Object.entries(ERRORS).map(([code, { text }]) => [code, text]);

/** What every error means, in English. Fetched when the rest is there: a page where all goes well never shows one. */
export const enErrors: Readonly<Partial<Record<ErrorCode, string>>> = {
  ...Object.fromEntries(general),
  // Where it helps to know that the text is shown in this widget.
  USERNAME_CONFUSABLE: 'That name looks too much like one that is taken. Try another.',
  USERNAME_TAKEN: 'That name is taken. Try another, or use your recovery code if it is yours.',
  WRONG_CODE: 'That code is incorrect. Check it for typing mistakes.',
  NOT_FOUND: 'Nothing was found under that name.',
  UNKNOWN_APP_KEY: 'This chat is not set up correctly: the server does not know its app key.',
  ORIGIN_NOT_ALLOWED: 'This chat is not set up correctly: this site is not on its list of allowed sites.',
  STORAGE_LOST: 'The browser’s storage does not answer. Reload the page if this stays.',
  STORAGE_FULL: 'There is no room left to keep messages here. Free some space on this device.',
  DEVICE_CLONED: 'A copy of this browser profile is in use elsewhere. Close one of the two and reload the other.',
  UNSAFE_PAGE: 'Another script on this page changes how data is stored. So that nothing is damaged, nothing is stored.',
  DEVICE_REVOKED: 'This device was removed from your account. You can still read what is stored here.',
  UNDECRYPTABLE: 'Its key doesn’t match. It may have been damaged on the way.',
  NO_SESSION: 'The sender’s device used keys that this device never had.',
  UNKNOWN_PREKEY: 'It was sealed for keys that this device no longer has.',
  UNVERIFIED_DEVICE: 'It came from a device that its owner has not signed.',
  BODY_MISMATCH: 'The server delivered something other than what was sent.',
};
