import { SealError } from '@seal-chat/protocol';

/** A part of the SDK that is fetched when it is needed. @throws SealError OFFLINE when it cannot be */
export async function load<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch (cause) {
    throw new SealError('OFFLINE', 'client: a part of it could not be loaded', { cause });
  }
}
