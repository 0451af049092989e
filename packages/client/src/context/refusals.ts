import { isSealError, type ErrorCode } from '@seal-chat/protocol';

/**
 * What the cryptography, the device lists and the log refuse. Only with one of these codes is a message or an entry of a
 * log stored as refused. Anything else says nothing of it: a part that could not be loaded, a store that failed, an
 * engine's hiccup, a defect. That stops the batch, nothing is acknowledged, and it is tried again.
 */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'NOT_A_MEMBER',
  'UNVERIFIED_DEVICE',
  'IDENTITY_CHANGED',
  'DEVICE_LIST_REJECTED',
  'BAD_SIGNATURE',
  'NO_SESSION',
  'UNKNOWN_PREKEY',
  'UNDECRYPTABLE',
  'TOO_FAR_AHEAD',
  'REPLAYED',
  'LOW_ORDER_KEY',
  'BODY_MISMATCH',
  'MALFORMED',
  'BAD_INPUT',
  'TOO_LARGE',
  'UNSUPPORTED_VERSION',
  'EPOCH_STALE',
  'INVALID_COMMIT',
  'CHANNEL_FORKED',
]);

/** Failures in a row after which something is set aside, so that it does not hold up everything behind it. */
const MAX_FAILURES = 10;

/** Tells verdicts from accidents. One for each device and run. */
export interface Judge {
  /**
   * The code to store something with that has failed with `error`; null when it is to be tried again. INTERNAL where
   * the same defect has met the same thing ten times in this run: it is kept as it came, and tried again at the next
   * connection and after the next update, while what is behind it goes on.
   *
   * @param place what has failed, such as the key of its row
   */
  verdict(error: unknown, place: string): ErrorCode | null;
}

/** @param report is told of each defect once */
export function createJudge(report: (error: unknown) => void): Judge {
  const failures = new Map<string, number>();
  return {
    verdict(error, place) {
      if (isSealError(error) && error.code !== 'INTERNAL') return REFUSALS.has(error.code) ? error.code : null;
      const count = (failures.get(place) ?? 0) + 1;
      failures.set(place, count);
      if (count === 1) report(error);
      return count < MAX_FAILURES ? null : 'INTERNAL';
    },
  };
}
