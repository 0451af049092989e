import type { Bytes } from '@seal-chat/protocol';

/** The pieces of a stream; leaving it early cancels the stream. Not every browser can iterate one. */
export async function* piecesOf(stream: ReadableStream<Bytes>): AsyncGenerator<Bytes, void, undefined> {
  const reader = stream.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        isDone = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!isDone) void reader.cancel().catch(() => {});
  }
}

/** A stream of what a generator yields, which is asked for the next piece when the one before was taken. */
export function streamOf(
  pieces: AsyncGenerator<Bytes, void, undefined>,
  hooks: { readonly onPiece: (length: number) => void; readonly onCancel: (reason: unknown) => void },
): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) return controller.close();
        hooks.onPiece(value.length);
        controller.enqueue(value);
      },
      async cancel(reason) {
        hooks.onCancel(reason);
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
