import { SealError, TRANSPORT, isSealError } from '@seal-chat/protocol';
import { fromAnswer } from './errors.ts';
import { parseJson, toJson } from './json.ts';
import { MOST_RECEIVED } from './most-received.ts';
import type { Caller } from './types.ts';

/** A call that takes longer is given up, ms. */
const CALL_TIMEOUT_MS = 30_000;

export interface HttpOptions {
  readonly url: string;
  readonly appKey: string;
  readonly fetch: typeof fetch;
}

/** What a call is answered with. */
interface Answer {
  readonly result?: { readonly data?: unknown };
  readonly error?: { readonly data?: { readonly seal?: unknown } };
}

/**
 * tRPC's HTTP protocol, one request for each call. Of tRPC's own client this SDK uses the types alone: its links for
 * batches, forms, streams and reconnecting sockets would be a sixth of the widget.
 */
export function httpCaller(options: HttpOptions, headers: () => Promise<Readonly<Record<string, string>>>): Caller {
  return async ({ path, type, input }) => {
    const url = new URL(`${TRANSPORT.path}/${path}`, options.url);
    const json = input === undefined ? undefined : toJson(input);
    const isQuery = type === 'query';
    if (isQuery && json !== undefined) url.searchParams.set('input', json);
    const sent = { ...(await headers()), [TRANSPORT.appKeyHeader]: options.appKey };
    const request: RequestInit = isQuery
      ? { headers: sent }
      : { method: 'POST', headers: { ...sent, 'content-type': 'application/json' }, ...(json && { body: json }) };
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const response = await options.fetch(url.href, { ...request, signal }).catch((cause: unknown) => {
      throw new SealError('OFFLINE', undefined, { cause });
    });
    const answer = (await textOf(response).then(parseJson).catch(passMalformed)) as Answer | null;
    if (answer?.result !== undefined) return answer.result.data;
    throw fromAnswer(answer?.error?.data?.seal) ?? withoutAnswer(response.status);
  };
}

/**
 * The text of an answer, as it comes: one that is too long is not read to its end.
 * @throws SealError MALFORMED
 */
async function textOf(response: Response): Promise<string> {
  let left = MOST_RECEIVED;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, to) {
      if ((left -= bytes.length) < 0) to.terminate();
      else to.enqueue(bytes);
    },
  });
  const text = await new Response(response.body?.pipeThrough(count)).text();
  if (left < 0) throw new SealError('MALFORMED');
  return text;
}

/** What is no JSON was said by something in between. @throws SealError MALFORMED */
function passMalformed(error: unknown): null {
  if (isSealError(error)) throw error;
  return null;
}

/** No Seal server answered: something in between did. */
function withoutAnswer(status: number): SealError {
  return new SealError(status === 413 ? 'TOO_LARGE' : 'UNAVAILABLE', `answer: HTTP ${status}`);
}
