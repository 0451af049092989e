import { SealError, isErrorCode, isSealError } from '@seal-chat/protocol';
import type { ErrorAnswer } from '@seal-chat/protocol/api';

/** The `SealError` behind whatever was thrown. A defect is INTERNAL. */
export function toSealError(error: unknown): SealError {
  return isSealError(error) ? error : new SealError('INTERNAL', undefined, { cause: error });
}

/** The error a server named in `data.seal`; null when there is none, INTERNAL when this version does not know it. */
export function fromAnswer(seal: unknown): SealError | null {
  if (typeof seal !== 'object' || seal === null || !('code' in seal)) return null;
  const { code, details } = seal as ErrorAnswer;
  return isErrorCode(code) ? new SealError(code, undefined, details) : new SealError('INTERNAL');
}
