import { ID_PATTERN, SealError, fromBase64, type AnyId, type Bytes, type SignedDeviceList } from '@seal-chat/protocol';
import type { SignedDeviceListAnswer } from '@seal-chat/protocol/api';

/** Checks of what a server answers: it is not trusted to keep to its types. */

/** Bytes of base64url text. @throws SealError MALFORMED */
export function bytesOf(text: string): Bytes {
  const bytes = fromBase64(text);
  if (bytes === null) throw new SealError('MALFORMED', 'answer: not base64url');
  return bytes;
}

/** Ids become keys of rows. @throws SealError MALFORMED */
export function expectIds(...ids: readonly AnyId[]): void {
  if (!ids.every((id) => ID_PATTERN.test(id))) throw new SealError('MALFORMED', 'answer: not an id');
}

/** Sequence numbers become keys of rows. @throws SealError MALFORMED */
export function expectCount(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new SealError('MALFORMED', 'answer: not a sequence number');
}

/** A chain of signed device lists. @throws SealError MALFORMED */
export function chainOf(answer: readonly SignedDeviceListAnswer[]): readonly SignedDeviceList[] {
  return answer.map(({ bytes, signature }) => ({ bytes: bytesOf(bytes), signature: bytesOf(signature) }));
}
