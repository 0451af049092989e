import { concatBytes, type Bytes } from '@seal-chat/protocol';

/** `bytes` in pieces of the given lengths, over and over. */
export async function* pieces(bytes: Bytes, ...lengths: readonly number[]): AsyncGenerator<Bytes, void, undefined> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + lengths[i % lengths.length]!;
    yield bytes.slice(at, end);
    at = end;
  }
}

/** Everything a stream yields. */
export async function collect(stream: AsyncIterable<Bytes>): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const part of stream) parts.push(part);
  return concatBytes(...parts);
}
