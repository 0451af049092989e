import { SealError, isSealError, type ErrorCode } from '@seal-chat/protocol';

/**
 * Runs a piece of work of the library and turns whatever it throws into a `SealError` with `code`. Our own errors,
 * thrown by what the library calls back, pass through. The library's texts name rules of the RFC, never values.
 */
export async function guarded<T>(code: ErrorCode, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isSealError(cause)) throw cause;
    throw new SealError(code, `mls: ${cause instanceof Error ? cause.message : 'failed'}`, { cause });
  }
}

/** Works as `guarded`, for decoders, which are synchronous. */
export function guardedSync<T>(code: ErrorCode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isSealError(cause)) throw cause;
    throw new SealError(code, `mls: ${cause instanceof Error ? cause.message : 'failed'}`, { cause });
  }
}

/** Works as `guarded`, and gives our own errors `code`, too, but for those of the `kept` codes. */
export async function recoded<T>(code: ErrorCode, kept: readonly ErrorCode[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isSealError(cause) && (cause.code === code || kept.includes(cause.code))) throw cause;
    throw new SealError(code, `mls: ${cause instanceof Error ? cause.message : 'failed'}`, { cause });
  }
}
