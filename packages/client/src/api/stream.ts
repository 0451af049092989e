import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { LIFETIMES, SealError, TRANSPORT } from '@seal-chat/protocol';
import type { SyncBatch } from '@seal-chat/protocol/api';
import { fromAnswer } from './errors.ts';
import { parseJson, toJson } from './json.ts';
import { createLifetime } from './lifetime.ts';
import { MOST_RECEIVED } from './most-received.ts';
import type { Socket } from './socket.ts';
import type { Caller } from './types.ts';

/** Without a word for this much longer than the server's heartbeat takes, a stream is given up, ms. */
const PATIENCE_MS = 10_000;

/** tRPC's names of events that carry no data of the subscription. */
const CONNECTED = 'connected';
const FAILED = 'serialized-error';
const RETURNED = 'return';

export interface StreamOptions {
  /** Of the server, http or https. */
  readonly url: string;
  readonly appKey: string;
  readonly accessToken: string;
  readonly isHidden: boolean;
  readonly fetch: typeof fetch;
  /** Makes calls: each is a request of its own. */
  readonly call: Caller;
  /** Called once, before anything else. */
  readonly onEnd: (reason: SealError) => void;
}

/**
 * Opens what takes the place of a socket where the network lets no WebSocket pass: tRPC's subscription over HTTP, one answer
 * that does not end, in server-sent events. Failure to connect shows in `closed`.
 */
export function openStream(options: StreamOptions): Socket {
  const { call, onEnd } = options;
  const stop = new AbortController();
  const lifetime = createLifetime();
  const { opened, closed, ended } = lifetime;

  function end(reason: SealError): void {
    if (!lifetime.end(reason)) return;
    stop.abort();
    onEnd(reason);
  }

  /** What the server says next: it says something at each heartbeat. What is worked off here meanwhile takes its time. */
  async function nextOf<T>(said: Promise<T>): Promise<T> {
    const silence = setTimeout(() => end(new SealError('OFFLINE')), LIFETIMES.heartbeatMs + PATIENCE_MS);
    try {
      return await said;
    } finally {
      clearTimeout(silence);
    }
  }

  function take({ event, data }: EventSourceMessage, handle: (batch: SyncBatch) => unknown): unknown {
    if (event === CONNECTED) lifetime.open();
    else if (event === RETURNED) end(new SealError('UNAVAILABLE'));
    else if (event === FAILED) end(fromAnswer(sealOf(parse(data))) ?? new SealError('UNAVAILABLE'));
    else if (event === undefined) {
      const batch = parse(data);
      if (batch !== null) return handle(batch as SyncBatch);
      end(new SealError('UNAVAILABLE'));
    }
    return undefined;
  }

  async function follow(position: number, handle: (batch: SyncBatch) => unknown): Promise<SealError> {
    const body = await nextOf(request(options, position, stop.signal));
    if (body === null) return new SealError('UNAVAILABLE', 'stream: something in between answered');
    let events: EventSourceMessage[] = [];
    const parser = createParser({
      maxBufferSize: MOST_RECEIVED,
      onEvent: (event) => void events.push(event),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') end(new SealError('MALFORMED'));
      },
    });
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await nextOf(reader.read());
      if (done || ended() !== null) return new SealError('OFFLINE');
      parser.feed(value);
      const taken = events;
      events = [];
      // What follows is read when this was worked off: it takes up no memory here, however much it is.
      for (const event of taken) if (ended() === null) await take(event, handle);
    }
  }

  return {
    call,
    opened,
    closed,
    close: (reason = new SealError('OFFLINE')) => end(reason),
    subscribe(position, handle) {
      follow(position, handle).then(end, (cause: unknown) => end(toReason(cause)));
    },
  };
}

/** Asks for the subscription; null when no Seal server answered. */
async function request(
  { url, appKey, accessToken, isHidden, fetch: send }: StreamOptions,
  position: number,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null> {
  const target = new URL(`${TRANSPORT.path}/sync.subscribe`, url);
  target.searchParams.set('input', toJson({ lastEventId: String(position) }));
  if (isHidden) target.searchParams.set('connectionParams', toJson({ presence: 'hidden' }));
  const headers = { authorization: `Bearer ${accessToken}`, [TRANSPORT.appKeyHeader]: appKey };
  const { ok, body, headers: said } = await send(target.href, { headers, signal, cache: 'no-store' });
  return ok && said.get('content-type')?.startsWith('text/event-stream') === true ? body : null;
}

/** What is no JSON is nothing a Seal server has sent: null, as what is no object. @throws SealError MALFORMED */
function parse(text: string): object | null {
  try {
    const value = parseJson(text);
    return typeof value === 'object' ? value : null;
  } catch (error) {
    if (error instanceof SealError) throw error;
    return null;
  }
}

/** What the server says of an error, in tRPC's shape of it. */
function sealOf(shape: unknown): unknown {
  return (shape as { readonly data?: { readonly seal?: unknown } } | null)?.data?.seal;
}

function toReason(cause: unknown): SealError {
  return cause instanceof SealError ? cause : new SealError('OFFLINE', undefined, { cause });
}
