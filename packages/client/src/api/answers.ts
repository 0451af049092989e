import {
  COUNT_LIMITS,
  ID_PATTERN,
  SealError,
  fromBase64,
  type AnyId,
  type Bytes,
  type SignedDeviceList,
} from '@seal-chat/protocol';
import type { SendAnswer, SignedDeviceListAnswer } from '@seal-chat/protocol/api';

/** Checks of what a server answers: it is not trusted to keep to its types. */

/** Bytes of base64url text. @throws SealError MALFORMED */
export function bytesOf(text: string): Bytes {
  const bytes = fromBase64(text);
  if (bytes === null) throw new SealError('MALFORMED', 'answer: not base64url');
  return bytes;
}

/** Ids become keys of rows. @throws SealError MALFORMED */
export function expectIds(...ids: readonly AnyId[]): void {
  // A pattern takes a list of one id for that id.
  if (!ids.every((id) => typeof id === 'string' && ID_PATTERN.test(id)))
    throw new SealError('MALFORMED', 'answer: not an id');
}

/** Sequence numbers become keys of rows. @throws SealError MALFORMED */
export function expectCount(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new SealError('MALFORMED', 'answer: not a number');
}

/** The last ms that a calendar knows (ECMA-262, 21.4.1.1): what shows a later time throws. */
export const LAST_TIME = 8.64e15;

/** Times, ms since 1970, are shown. @throws SealError MALFORMED */
export function expectTime(value: number): void {
  expectCount(value);
  if (value > LAST_TIME) throw new SealError('MALFORMED', 'answer: not a time');
}

/** Where a message that this device sent was put. @throws SealError MALFORMED */
export function expectPlace({ seq, acceptedAt }: Pick<SendAnswer, 'seq' | 'acceptedAt'>): void {
  expectCount(seq);
  expectTime(acceptedAt);
}

/** A list, of which memory and work have to be bounded. @throws SealError MALFORMED when it has more than `most` items */
export function expectMost<T>(list: readonly T[], most: number): readonly T[] {
  if (Array.isArray(list) && list.length <= most) return list;
  throw new SealError('MALFORMED', 'answer: too long');
}

/** A chain of signed device lists. @throws SealError MALFORMED */
export function chainOf(answer: readonly SignedDeviceListAnswer[]): readonly SignedDeviceList[] {
  return expectMost(answer, COUNT_LIMITS.deviceListChain).map(({ bytes, signature }) => ({
    bytes: bytesOf(bytes),
    signature: bytesOf(signature),
  }));
}
