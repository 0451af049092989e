import type { ErrorCode } from './errors.ts';

/**
 * The one table of errors: `status` is the HTTP status, `text` what a person may be shown when there is nothing better.
 * Apart from the codes, so that a page without errors has no need of the texts.
 */
export const ERRORS: Readonly<Record<ErrorCode, { readonly status: number; readonly text: string }>> = {
  // Input and protocol
  BAD_INPUT: { status: 400, text: 'The request is not valid.' },
  MALFORMED: { status: 400, text: 'The data is damaged or not in a known format.' },
  UNSUPPORTED_VERSION: { status: 400, text: 'This was made by a newer version of Seal.' },
  TOO_LARGE: { status: 413, text: 'That is larger than allowed.' },
  NOT_FOUND: { status: 404, text: 'Not found.' },
  CONFLICT: { status: 409, text: 'Someone else changed this first. Try again.' },
  // Tenant and session
  UNKNOWN_APP_KEY: { status: 401, text: 'The app key is not known to this server.' },
  ORIGIN_NOT_ALLOWED: {
    status: 403,

    text: 'This site is not on the list of allowed origins of the app key.',
  },
  NOT_SIGNED_IN: { status: 401, text: 'Please sign in.' },
  SESSION_EXPIRED: { status: 401, text: 'The session has expired.' },
  DEVICE_REVOKED: { status: 403, text: 'This device was removed from the account.' },
  CHALLENGE_INVALID: { status: 401, text: 'The sign-in took too long or was already used.' },
  BAD_SIGNATURE: { status: 401, text: 'The signature does not match.' },
  USERNAME_TAKEN: { status: 409, text: 'That name is taken.' },
  USERNAME_CONFUSABLE: { status: 409, text: 'That name looks too much like one that is taken.' },
  FORBIDDEN: { status: 403, text: 'You don’t have permission to do that.' },
  // Limits
  RATE_LIMITED: { status: 429, text: 'Too many requests. Please wait a moment.' },
  TOO_MANY_CONNECTIONS: { status: 429, text: 'Too many open connections for this person.' },
  QUOTA_EXCEEDED: { status: 429, text: 'There is no room left for files. Delete some first.' },
  TOO_MANY_DEVICES: { status: 409, text: 'This account has reached its device limit.' },
  // Messaging
  NOT_A_MEMBER: { status: 403, text: 'You are not in this conversation.' },
  DEVICE_LIST_STALE: { status: 409, text: 'The devices of this conversation have changed.' },
  DEVICE_LIST_REJECTED: {
    status: 409,

    text: 'The device list does not follow the one that the server has.',
  },
  CONVERSATION_REJECTED: { status: 409, text: 'The server shows another conversation than the right one.' },
  TRANSCRIPT_FORKED: { status: 409, text: 'The server showed the devices of this conversation different things.' },
  NOT_ACCEPTED: { status: 409, text: 'Accept this person first.' },
  BLOCKED: { status: 409, text: 'You have blocked this person.' },
  // Channels and attachments
  NAME_TAKEN: { status: 409, text: 'A channel with that name already exists.' },
  CHANNEL_FULL: { status: 409, text: 'The channel is full.' },
  EPOCH_STALE: { status: 409, text: 'The channel has changed in the meantime.' },
  REMOVE_PENDING: { status: 409, text: 'The keys of the channel are being changed.' },
  INVALID_COMMIT: { status: 422, text: 'A change of the channel is not valid.' },
  CHANNEL_FORKED: { status: 409, text: 'The members of the channel do not have the same keys.' },
  ATTACHMENT_DAMAGED: { status: 422, text: 'The file is damaged or not the one that was sent.' },
  // Decryption, on the device
  DUPLICATE_MESSAGE: { status: 409, text: 'This message was already received.' },
  UNDECRYPTABLE: { status: 422, text: 'This message could not be decrypted.' },
  NO_SESSION: { status: 422, text: 'There is no encrypted session with this device yet.' },
  UNKNOWN_PREKEY: { status: 422, text: 'The message uses a key this device no longer has.' },
  TOO_FAR_AHEAD: { status: 422, text: 'Too many messages are missing before this one.' },
  REPLAYED: { status: 422, text: 'The message was seen before.' },
  LOW_ORDER_KEY: { status: 422, text: 'A key in the message is unsafe.' },
  BODY_MISMATCH: { status: 422, text: 'The stored message is not the one that was sent.' },
  UNVERIFIED_DEVICE: { status: 422, text: 'The sending device is not on its signed device list.' },
  VERIFICATION_REQUIRED: {
    status: 409,
    text: 'You have verified another key of this person. Check the new one first.',
  },
  IDENTITY_CHANGED: { status: 409, text: 'The identity of this person has changed.' },
  UNLOCK_NEEDED: { status: 409, text: 'Enter your recovery code to do that.' },
  VAULT_REJECTED: { status: 409, text: 'The server shows another account’s keys, or old ones.' },
  WRONG_CODE: { status: 403, text: 'That code is incorrect.' },
  // Device storage and the network
  STORAGE_FAILED: { status: 500, text: 'The browser could not store data for this site.' },
  STORAGE_CONFLICT: { status: 409, text: 'Another tab changed the same data.' },
  STORAGE_LOST: { status: 503, text: 'The browser’s storage does not answer. It is tried again.' },
  STORAGE_FULL: { status: 507, text: 'There is no room left to store data for this site.' },
  DEVICE_CLONED: { status: 409, text: 'A copy of this device’s data is in use elsewhere.' },
  UNSAFE_PAGE: { status: 409, text: 'Another script on this page changes how data is stored. Nothing is stored here.' },
  OFFLINE: { status: 503, text: 'The server cannot be reached.' },
  UNAVAILABLE: { status: 503, text: 'The server is busy or restarting.' },
  UNSUPPORTED_BROWSER: { status: 400, text: 'This browser is too old for encrypted chat.' },
  INTERNAL: { status: 500, text: 'Something went wrong.' },
};
