import { SealError } from '@seal-chat/protocol';

/**
 * Loads a part of this package that is fetched when it is first needed. The caller keeps no promise of one that failed,
 * so that the next use tries again.
 *
 * @throws SealError OFFLINE when it cannot be fetched: that says nothing about what it was needed for
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new SealError('OFFLINE', 'crypto: a part of Seal cannot be loaded', { cause });
  }
}
