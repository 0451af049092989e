import { ERRORS, SealError, TRANSPORT, isSealError, type AttachmentId } from '@seal-chat/protocol';
import { fromAnswer } from '../api/errors.ts';
import type { Deps } from '../context/deps.ts';

/** Requests about the bytes of one attachment, signed in as this device. */

export interface FileRequest {
  readonly method: 'GET' | 'PUT';
  /** Id, and for a part its number. */
  readonly path: AttachmentId | `${AttachmentId}/${number}`;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
}

/**
 * Sends a request and answers what is not an error. A session that ran out is renewed, once.
 * @throws SealError what the server says, OFFLINE, and what renewing throws; the signal's reason when it is aborted
 */
export async function requestFile(deps: Pick<Deps, 'http' | 'tokens'>, request: FileRequest): Promise<Response> {
  const accessToken = await deps.tokens.accessToken();
  try {
    return await send(deps, request, accessToken);
  } catch (error) {
    if (!isSealError(error, 'SESSION_EXPIRED') && !isSealError(error, 'NOT_SIGNED_IN')) throw error;
    deps.tokens.refuse(accessToken);
    return send(deps, request, await deps.tokens.accessToken());
  }
}

async function send({ http }: Pick<Deps, 'http'>, request: FileRequest, accessToken: string): Promise<Response> {
  const { path, headers, ...init } = request;
  const sent = {
    ...headers,
    authorization: `Bearer ${accessToken}`,
    [TRANSPORT.appKeyHeader]: http.appKey,
    ...(request.body && { 'content-type': 'application/octet-stream' }),
  };
  const url = new URL(`/v1/attachments/${path}`, http.url);
  const response = await http.fetch(url.href, { ...init, headers: sent }).catch((cause: unknown) => {
    request.signal.throwIfAborted();
    throw new SealError('OFFLINE', undefined, { cause });
  });
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
  throw fromAnswer(answer) ?? withoutAnswer(response.status);
}

/** No Seal server answered: something in between did. */
function withoutAnswer(status: number): SealError {
  const isRefusal = status === ERRORS.TOO_LARGE.status;
  return new SealError(isRefusal ? 'TOO_LARGE' : 'UNAVAILABLE', `answer: HTTP ${status}`);
}
