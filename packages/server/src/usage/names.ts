import type { ErrorCode } from '@seal-chat/protocol';

/**
 * What is counted of a tenant, as numbers that stay: rows and the functions of the database have them. The first come from
 * the outbox and are exact; then what processes count in memory, of which a crash loses a minute; then what is known of days
 * alone.
 */
export const USAGE = {
  messages: 1,
  messageBytes: 2,
  newUsers: 3,
  newDevices: 4,
  files: 5,
  fileBytes: 6,

  signIns: 10,

  activeUsers: 20,
  activeDevices: 21,
  /** Different people from the first of the month to that day. */
  activeUsersOfMonth: 22,
  storageBytes: 23,
  mostConnections: 24,
  /** People for whom direct messages wait, when it was last looked. */
  waitingUsers: 25,
} as const;

/** Calls that failed, by code of the error: 1,000 and its place here, which stays. A new code comes last. */
const FAILURES: readonly ErrorCode[] = [
  'BAD_INPUT',
  'MALFORMED',
  'UNSUPPORTED_VERSION',
  'TOO_LARGE',
  'NOT_FOUND',
  'CONFLICT',
  'UNKNOWN_APP_KEY',
  'ORIGIN_NOT_ALLOWED',
  'NOT_SIGNED_IN',
  'SESSION_EXPIRED',
  'DEVICE_REVOKED',
  'CHALLENGE_INVALID',
  'BAD_SIGNATURE',
  'USERNAME_TAKEN',
  'USERNAME_CONFUSABLE',
  'FORBIDDEN',
  'RATE_LIMITED',
  'TOO_MANY_CONNECTIONS',
  'QUOTA_EXCEEDED',
  'TOO_MANY_DEVICES',
  'NOT_A_MEMBER',
  'DEVICE_LIST_STALE',
  'DEVICE_LIST_REJECTED',
  'CONVERSATION_REJECTED',
  'TRANSCRIPT_FORKED',
  'NOT_ACCEPTED',
  'BLOCKED',
  'NAME_TAKEN',
  'CHANNEL_FULL',
  'EPOCH_STALE',
  'REMOVE_PENDING',
  'INVALID_COMMIT',
  'CHANNEL_FORKED',
  'ATTACHMENT_DAMAGED',
  'DUPLICATE_MESSAGE',
  'UNDECRYPTABLE',
  'NO_SESSION',
  'UNKNOWN_PREKEY',
  'TOO_FAR_AHEAD',
  'REPLAYED',
  'LOW_ORDER_KEY',
  'BODY_MISMATCH',
  'UNVERIFIED_DEVICE',
  'VERIFICATION_REQUIRED',
  'IDENTITY_CHANGED',
  'UNLOCK_NEEDED',
  'VAULT_REJECTED',
  'WRONG_CODE',
  'STORAGE_FAILED',
  'STORAGE_CONFLICT',
  'STORAGE_LOST',
  'STORAGE_FULL',
  'DEVICE_CLONED',
  'UNSAFE_PAGE',
  'OFFLINE',
  'UNAVAILABLE',
  'UNSUPPORTED_BROWSER',
  'INTERNAL',
];

/** Number of a failed call. */
export function failureMetric(code: ErrorCode): number {
  return 1_000 + FAILURES.indexOf(code);
}

/** What latencies are measured of. */
export const LATENCY_KINDS = {
  /** From the arrival of a message to its acknowledgement. */
  accept: 1,
} as const;

/** Who was active. */
export const ACTIVE_KINDS = { user: 1, device: 2 } as const;
