/**
 * The one table of errors. Every error that crosses a package or the network is a `SealError` with one of
 * these codes; `status` is its HTTP status, `text` what a person may be shown when there is nothing better.
 */
export const ERRORS = {
  // Input and protocol
  BAD_INPUT: { status: 400, retryable: false, text: 'The request was not understood.' },
  MALFORMED: { status: 400, retryable: false, text: 'The data is damaged or not in a known format.' },
  UNSUPPORTED_VERSION: { status: 400, retryable: false, text: 'This was made by a newer version of Seal.' },
  TOO_LARGE: { status: 413, retryable: false, text: 'That is larger than allowed.' },
  NOT_FOUND: { status: 404, retryable: false, text: 'Not found.' },
  CONFLICT: { status: 409, retryable: false, text: 'Someone else was quicker.' },
  // Tenant and session
  UNKNOWN_APP_KEY: { status: 401, retryable: false, text: 'The app key is not known to this server.' },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    retryable: false,
    text: 'This site is not on the list of allowed origins of the app key.',
  },
  NOT_SIGNED_IN: { status: 401, retryable: false, text: 'Please sign in.' },
  SESSION_EXPIRED: { status: 401, retryable: true, text: 'The session has expired.' },
  DEVICE_REVOKED: { status: 403, retryable: false, text: 'This device was removed from the account.' },
  CHALLENGE_INVALID: { status: 401, retryable: true, text: 'The sign-in took too long or was already used.' },
  BAD_SIGNATURE: { status: 401, retryable: false, text: 'The signature does not match.' },
  USERNAME_TAKEN: { status: 409, retryable: false, text: 'That name is taken.' },
  FORBIDDEN: { status: 403, retryable: false, text: 'You may not do that.' },
  // Limits
  RATE_LIMITED: { status: 429, retryable: true, text: 'Too many requests. Please wait a moment.' },
  TOO_MANY_CONNECTIONS: { status: 429, retryable: true, text: 'Too many open connections for this person.' },
  TOO_MANY_DEVICES: { status: 409, retryable: false, text: 'This account has the most devices it can have.' },
  // Messaging
  NOT_A_MEMBER: { status: 403, retryable: false, text: 'You are not in this conversation.' },
  DEVICE_LIST_STALE: { status: 409, retryable: true, text: 'The devices of this conversation have changed.' },
  DEVICE_LIST_REJECTED: {
    status: 409,
    retryable: false,
    text: 'The device list does not continue the one the server has.',
  },
  // Channels and attachments
  NAME_TAKEN: { status: 409, retryable: false, text: 'There is a channel of that name already.' },
  CHANNEL_FULL: { status: 409, retryable: false, text: 'The channel has the most members it can have.' },
  EPOCH_STALE: { status: 409, retryable: true, text: 'The channel has changed meanwhile.' },
  REMOVE_PENDING: { status: 409, retryable: true, text: 'The keys of the channel are being changed.' },
  INVALID_COMMIT: { status: 422, retryable: false, text: 'A change of the channel is not valid.' },
  CHANNEL_FORKED: { status: 409, retryable: false, text: 'The members of the channel do not have the same keys.' },
  ATTACHMENT_DAMAGED: { status: 422, retryable: false, text: 'The file is damaged or not the one that was sent.' },
  // Decryption, on the device
  DUPLICATE_MESSAGE: { status: 409, retryable: false, text: 'This message was already received.' },
  UNDECRYPTABLE: { status: 422, retryable: false, text: 'This message could not be decrypted.' },
  NO_SESSION: { status: 422, retryable: true, text: 'There is no encrypted session with this device yet.' },
  UNKNOWN_PREKEY: { status: 422, retryable: true, text: 'The message uses a key this device no longer has.' },
  TOO_FAR_AHEAD: { status: 422, retryable: false, text: 'Too many messages are missing before this one.' },
  REPLAYED: { status: 422, retryable: false, text: 'The message was seen before.' },
  LOW_ORDER_KEY: { status: 422, retryable: false, text: 'A key in the message is unsafe.' },
  BODY_MISMATCH: { status: 422, retryable: false, text: 'The stored message is not the one that was sent.' },
  UNVERIFIED_DEVICE: { status: 422, retryable: true, text: 'The sending device is not on its signed device list.' },
  IDENTITY_CHANGED: { status: 409, retryable: false, text: 'The identity of this person has changed.' },
  WRONG_CODE: { status: 403, retryable: false, text: 'The code is not right.' },
  // Device storage and the network
  STORAGE_FAILED: { status: 500, retryable: true, text: 'The browser could not store data for this site.' },
  STORAGE_CONFLICT: { status: 409, retryable: true, text: 'Another tab changed the same data.' },
  OFFLINE: { status: 503, retryable: true, text: 'The server cannot be reached.' },
  UNAVAILABLE: { status: 503, retryable: true, text: 'The server is busy or restarting.' },
  UNSUPPORTED_BROWSER: { status: 400, retryable: false, text: 'This browser is too old for encrypted chat.' },
  INTERNAL: { status: 500, retryable: true, text: 'Something went wrong.' },
} as const satisfies Record<string, { status: number; retryable: boolean; text: string }>;

/** Stable, machine-readable name of an error. */
export type ErrorCode = keyof typeof ERRORS;

/** What an error carries over the network besides its code. Never secrets, never content. */
export interface ErrorDetails {
  /** Wait this long before trying again, in ms. */
  readonly retryAfterMs?: number;
  /** The input field at fault, as a path such as `envelopes.0.deviceId`. */
  readonly field?: string;
  /** For `DEVICE_LIST_STALE`: what the sender has to learn before it may send again. */
  readonly deviceListDelta?: DeviceListDelta;
  /** For `EPOCH_STALE`: where the channel is. */
  readonly group?: { readonly generation: number; readonly epoch: number; readonly lastSeq: number };
  /** For `TOO_LARGE`: the most that is allowed, bytes. */
  readonly maxBytes?: number;
}

/** What a sender's idea of a conversation's devices lacks, or has too much of. */
export interface DeviceListDelta {
  /** Current device-list version of every member. */
  readonly versions: readonly { readonly userId: string; readonly version: number }[];
  /** Devices that must get an envelope and had none. */
  readonly missing: readonly { readonly userId: string; readonly deviceId: string }[];
  /** Devices that had an envelope and must get none. */
  readonly extra: readonly { readonly deviceId: string }[];
}

/** The one error class. `message` is for developers and logs: it never holds secrets or content. */
export class SealError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message?: string, options: ErrorDetails & { cause?: unknown } = {}) {
    const { cause, ...details } = options;
    super(message ?? ERRORS[code].text, cause === undefined ? undefined : { cause });
    this.name = 'SealError';
    this.code = code;
    this.details = details;
  }

  /** Whether the same request may succeed later without a change. */
  get isRetryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  /** A sentence for the person who meets the error. */
  get userText(): string {
    return ERRORS[this.code].text;
  }
}

/** True when `error` is a `SealError`, optionally of the given code. */
export function isSealError(error: unknown, code?: ErrorCode): error is SealError {
  return error instanceof SealError && (code === undefined || error.code === code);
}
