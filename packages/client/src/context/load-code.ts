import { SealError } from '@seal-chat/protocol';

/**
 * Loads a part of the SDK that is seldom needed, and only where the network is needed anyway: a part that cannot be
 * had is the network's failure, to be tried again, not the message's.
 *
 * @throws SealError OFFLINE
 */
export async function loadCode<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new SealError('OFFLINE', 'a part of Seal cannot be loaded', { cause });
  }
}
