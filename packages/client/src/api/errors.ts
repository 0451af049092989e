import { SealError, isErrorCode, isSealError, type ErrorDetails } from '@seal-chat/protocol';
import type { ErrorAnswer } from '@seal-chat/protocol/api';

/** However long a server says to wait, it is asked again after this, ms. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** The `SealError` behind whatever was thrown. A defect is INTERNAL. */
export function toSealError(error: unknown): SealError {
  return isSealError(error) ? error : new SealError('INTERNAL', undefined, { cause: error });
}

/** What only a device can know of itself. */
const OF_DEVICES = /^(OFFLINE|STORAGE_|UNSAFE_|UNSUPPORTED_B|DEVICE_C)/;

/** The error a server named in `data.seal`; null when there is none, INTERNAL when this version does not know it. */
export function fromAnswer(seal: unknown): SealError | null {
  if (typeof seal !== 'object' || seal === null || !('code' in seal)) return null;
  const { code, details } = seal as ErrorAnswer;
  return isErrorCode(code) && !OF_DEVICES.test(code)
    ? new SealError(code, undefined, detailsOf(details))
    : new SealError('INTERNAL');
}

/** A wait that is no time of waiting would be one without end, or none. */
function detailsOf(answer: ErrorDetails | null | undefined): ErrorDetails {
  const { retryAfterMs, ...details } = answer ?? {};
  if (typeof retryAfterMs !== 'number' || !(retryAfterMs >= 0)) return details;
  return { ...details, retryAfterMs: Math.min(retryAfterMs, LONGEST_WAIT_MS) };
}
