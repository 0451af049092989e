import { isSealError, type ErrorCode } from '@seal-chat/protocol';

/** A server that does not show messages for this long, while it answers, is holding them back, ms. */
export const WITHHELD_AFTER_MS = 60_000;

/** What is wrong with this device or its connection says nothing of what the server shows. */
const OF_THIS_DEVICE: ReadonlySet<ErrorCode> = new Set([
  'OFFLINE',
  'NOT_SIGNED_IN',
  'SESSION_EXPIRED',
  'DEVICE_REVOKED',
  'DEVICE_CLONED',
  'UNSAFE_PAGE',
  'STORAGE_FAILED',
  'STORAGE_CONFLICT',
  'STORAGE_LOST',
  'STORAGE_FULL',
]);

/** Whether a failed call to the server was the server's refusal, or no answer at all, and not a failure of this device. */
export function isRefusal(error: unknown): boolean {
  return !isSealError(error) || !OF_THIS_DEVICE.has(error.code);
}
