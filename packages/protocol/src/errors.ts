/**
 * Every error that crosses a package or the network is a `SealError` with one of these codes. The value says whether
 * the same request may succeed later without a change; everything else about a code is in `error-table.ts`.
 */
const RETRYABLE = {
  // Input and protocol
  BAD_INPUT: false,
  MALFORMED: false,
  UNSUPPORTED_VERSION: false,
  TOO_LARGE: false,
  NOT_FOUND: false,
  CONFLICT: false,
  // Tenant and session
  UNKNOWN_APP_KEY: false,
  ORIGIN_NOT_ALLOWED: false,
  NOT_SIGNED_IN: false,
  SESSION_EXPIRED: true,
  DEVICE_REVOKED: false,
  CHALLENGE_INVALID: true,
  BAD_SIGNATURE: false,
  USERNAME_TAKEN: false,
  USERNAME_CONFUSABLE: false,
  FORBIDDEN: false,
  // Limits
  RATE_LIMITED: true,
  TOO_MANY_CONNECTIONS: true,
  QUOTA_EXCEEDED: false,
  TOO_MANY_DEVICES: false,
  // Messaging
  NOT_A_MEMBER: false,
  DEVICE_LIST_STALE: true,
  DEVICE_LIST_REJECTED: false,
  CONVERSATION_REJECTED: false,
  TRANSCRIPT_FORKED: false,
  NOT_ACCEPTED: false,
  BLOCKED: false,
  // Channels and attachments
  NAME_TAKEN: false,
  CHANNEL_FULL: false,
  EPOCH_STALE: true,
  REMOVE_PENDING: true,
  INVALID_COMMIT: false,
  CHANNEL_FORKED: false,
  ATTACHMENT_DAMAGED: false,
  // Decryption, on the device
  DUPLICATE_MESSAGE: false,
  UNDECRYPTABLE: false,
  NO_SESSION: true,
  UNKNOWN_PREKEY: true,
  TOO_FAR_AHEAD: false,
  REPLAYED: false,
  LOW_ORDER_KEY: false,
  BODY_MISMATCH: false,
  UNVERIFIED_DEVICE: true,
  VERIFICATION_REQUIRED: false,
  IDENTITY_CHANGED: false,
  UNLOCK_NEEDED: false,
  VAULT_REJECTED: false,
  WRONG_CODE: false,
  // Device storage and the network
  STORAGE_FAILED: true,
  STORAGE_CONFLICT: true,
  STORAGE_LOST: true,
  STORAGE_FULL: true,
  DEVICE_CLONED: false,
  UNSAFE_PAGE: false,
  OFFLINE: true,
  UNAVAILABLE: true,
  UNSUPPORTED_BROWSER: false,
  INTERNAL: true,
} as const satisfies Record<string, boolean>;

/** Stable, machine-readable name of an error. */
export type ErrorCode = keyof typeof RETRYABLE;

/** Tells whether it is a code this version knows. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(RETRYABLE, code);
}

/** What an error carries over the network besides its code. Never secrets, never content. */
export interface ErrorDetails {
  /** Wait this long before trying again, in ms. */
  readonly retryAfterMs?: number;
  /** The input field at fault, as a path such as `envelopes.0.deviceId`. */
  readonly field?: string;
  /** For `DEVICE_LIST_STALE`: what the sender must learn before it may send again. */
  readonly deviceListDelta?: DeviceListDelta;
  /** For `EPOCH_STALE`: where the channel is. */
  readonly group?: { readonly incarnation: number; readonly epoch: number; readonly lastSeq: number };
  /** For `TOO_LARGE` and `QUOTA_EXCEEDED`: the most that is allowed, bytes. */
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
    super(message ?? code, cause === undefined ? undefined : { cause });
    this.name = 'SealError';
    this.code = code;
    this.details = details;
  }

  /** Whether the same request may succeed later without a change. */
  get isRetryable(): boolean {
    return RETRYABLE[this.code];
  }
}

/** Tells whether `error` is a `SealError`, optionally of the given code. */
export function isSealError(error: unknown, code?: ErrorCode): error is SealError {
  return error instanceof SealError && (code === undefined || error.code === code);
}
