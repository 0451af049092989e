import { isSealError } from '@seal-chat/protocol';
import type { Deps } from '../context/deps.ts';

/** Returns a handler that reports failures, except those that the next connection may not have. */
export function reportFinal({ report }: Pick<Deps, 'report'>): (error: unknown) => void {
  return (error) => {
    if (!isSealError(error) || !error.isRetryable) report(error);
  };
}
