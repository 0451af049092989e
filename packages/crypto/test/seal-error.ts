import { isSealError, type ErrorCode } from '@seal-chat/protocol';

/** The code of the `SealError` that `run` throws; fails on any other outcome. */
export async function codeOf(run: () => unknown): Promise<ErrorCode> {
  try {
    await run();
  } catch (error) {
    if (isSealError(error)) return error.code;
    throw error;
  }
  throw new Error('expected a SealError, nothing was thrown');
}
