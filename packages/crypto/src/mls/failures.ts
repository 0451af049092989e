import { SealError, isSealError, type ErrorCode } from '@seal-chat/protocol';
import { isRefusal } from '../curves/engine-errors.ts';

/**
 * Runs a piece of work of the library and turns whatever it throws into a `SealError` with `code`. Our own errors,
 * thrown by what the library calls back, pass through, and so do an engine's: our curves say what is wrong with a key
 * themselves, so that what is left is an engine that has failed. The library's texts name rules of the RFC, never values.
 */
export async function guarded<T>(code: ErrorCode, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isSealError(cause) || isRefusal(cause)) throw cause;
    throw new SealError(code, `mls: ${cause instanceof Error ? cause.message : 'failed'}`, { cause });
  }
}

/** Works as `guarded`, for decoders, which are synchronous. */
export function guardedSync<T>(code: ErrorCode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isSealError(cause) || isRefusal(cause)) throw cause;
    throw new SealError(code, `mls: ${cause instanceof Error ? cause.message : 'failed'}`, { cause });
  }
}

/** Works as `guarded`, and gives our own errors `code`, too, but for those that may go away. */
export async function recoded<T>(code: ErrorCode, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isRefusal(cause) || (isSealError(cause) && (cause.code === code || cause.isRetryable))) throw cause;
    throw new SealError(code, `mls: ${cause instanceof Error ? cause.message : 'failed'}`, { cause });
  }
}
