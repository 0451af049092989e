import { SealError, isSealError } from '@seal-chat/protocol';

/** Returns a part of the SDK that is loaded on demand. @throws SealError OFFLINE */
export type Loader<T> = () => Promise<T>;

/**
 * Loads something once, however often it is asked for. A load that fails is the network's failure, not the caller's:
 * it becomes OFFLINE, and the next call tries again.
 */
export function createLoader<T>(load: () => Promise<T>): Loader<T> {
  let loading: Promise<T> | null = null;
  return () =>
    (loading ??= load().catch((cause: unknown) => {
      loading = null;
      throw isSealError(cause) ? cause : new SealError('OFFLINE', 'client: a part of Seal cannot be loaded', { cause });
    }));
}
