import { expect, it } from 'vitest';
import { httpCaller } from './http.ts';
import { MOST_RECEIVED } from './most-received.ts';

const MEGA = 2 ** 20;

/** Calls a server that answers with `chunks` of a mebibyte each. */
async function callWith(chunks: number): Promise<{ readonly outcome: unknown; readonly pulled: number }> {
  let pulled = 0;
  const text = '"'.padEnd(MEGA - 1, 'x');
  const answer = new ReadableStream<Uint8Array>({
    pull(to) {
      const [start, end] = [pulled === 0 ? '{"result":{"data":' + text : 'x'.repeat(MEGA), '"}}'];
      to.enqueue(new TextEncoder().encode(pulled + 1 === chunks ? `${start}${end}` : start));
      if (++pulled === chunks) to.close();
    },
  });
  const fetch = async (): Promise<Response> => new Response(answer);
  const call = httpCaller({ url: 'http://127.0.0.1', appKey: 'pk_test', fetch }, async () => ({}));
  const outcome = await call({ path: 'messages.history', type: 'query', input: {} }).catch((error: unknown) => error);
  return { outcome, pulled };
}

it('an answer that does not end is not read beyond the limit, and is no answer', async () => {
  const { outcome, pulled } = await callWith(Infinity);
  expect(outcome).toMatchObject({ code: 'MALFORMED' });
  expect(pulled).toBeLessThan(MOST_RECEIVED / MEGA + 8);
});

it('an answer below it is read whole', async () => {
  const { outcome, pulled } = await callWith(8);
  expect((outcome as string).length).toBeGreaterThan(7 * MEGA);
  expect(pulled).toBe(8);
});
