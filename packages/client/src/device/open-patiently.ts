import { isSealError, type ErrorCode } from '@seal-chat/protocol';
import { backoffDelay, sleep } from '../api/backoff.ts';

/** What another attempt may cure: a store that did not answer, code that could not be loaded. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['STORAGE_LOST', 'OFFLINE']);

/**
 * Opens something, again and again while it fails for a reason that may pass.
 *
 * @param tell is told of each such failure: the person sees what is wrong while it is tried again
 * @throws what `open` throws for any other reason, or once `signal` is aborted
 */
export async function openPatiently<T>(
  open: () => Promise<T>,
  { tell, signal }: { readonly tell: (error: unknown) => void; readonly signal: AbortSignal },
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      if (signal.aborted || !isSealError(error) || !PASSING.has(error.code)) throw error;
      tell(error);
      await sleep(backoffDelay(attempt), signal);
      if (signal.aborted) throw error;
    }
  }
}
