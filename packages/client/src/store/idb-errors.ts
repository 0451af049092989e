import { SealError } from '@seal-chat/protocol';

/**
 * Names of the errors that say that the browser has let go of the database: after sleep, in the background, during
 * clean-up. A new connection may work. WebKit says UnknownError ("Connection to Indexed Database server lost").
 */
const LOST: ReadonlySet<string> = new Set([
  'AbortError',
  'InvalidStateError',
  'TimeoutError',
  'TransactionInactiveError',
  'UnknownError',
]);

/** Tells whether another connection may do better. */
export function isLost(error: unknown): boolean {
  return nameOf(error) !== null && LOST.has(nameOf(error)!);
}

/** Runs work on the database. @throws SealError STORAGE_FULL, STORAGE_LOST, STORAGE_FAILED, and its own SealErrors */
export async function storage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SealError) throw cause;
    const name = nameOf(cause);
    if (name === 'QuotaExceededError') throw new SealError('STORAGE_FULL', 'store: full', { cause });
    throw new SealError(isLost(cause) ? 'STORAGE_LOST' : 'STORAGE_FAILED', `store: ${name ?? 'failed'}`, { cause });
  }
}

function nameOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : null;
}
