import { SealError } from '@seal-chat/protocol';

/**
 * Checks the length of `bytes`.
 * @throws SealError MALFORMED, naming the value but not showing it, when `bytes` has not
 * `length` bytes.
 */
export function expectLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length)
    throw new SealError('MALFORMED', `${name}: expected ${length} bytes, got ${bytes.length}`);
}
