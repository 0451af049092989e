import { LIFETIMES, SealError, TRANSPORT, type ConnectionParams } from '@seal-chat/protocol';
import type { SyncBatch } from '@seal-chat/protocol/api';
import { fromAnswer } from './errors.ts';
import { parseJson, toJson } from './json.ts';
import { createLifetime } from './lifetime.ts';
import { MOST_RECEIVED } from './most-received.ts';
import type { Caller } from './types.ts';

/**
 * tRPC's WebSocket protocol. tRPC's own client reconnects automatically and resumes after the last event it has handed out;
 * here the position that counts is the committed one, and the leader decides when to connect.
 */

/** One WebSocket for as long as it lives; it does not reconnect. */
export interface Socket {
  /** Calls over this socket, once it is `opened`; calls on one that is gone fail with the reason. */
  readonly call: Caller;
  /**
   * Follows the device's mailbox from after `position`. Call once.
   *
   * @param handle a promise that it returns settles when the batch was worked off: a server that sends more than is worked off ends
   *   the connection
   */
  subscribe(position: number, handle: (batch: SyncBatch) => unknown): void;
  /** Resolves when the subscription has started: the server took the connection. */
  readonly opened: Promise<void>;
  /** Resolves with the reason when the socket is gone. */
  readonly closed: Promise<SealError>;
  close(reason?: SealError): void;
}

/** As much of a WebSocket as the SDK uses: the browser's class fits, and that of the `ws` package. */
export type SocketClass = new (url: string) => {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
};

/** A WebSocket that takes longer to open is given up, ms: a proxy may hold the request and never answer. */
const OPEN_TIMEOUT_MS = 10_000;
/** Time for an answer to a heartbeat, ms. */
const PONG_TIMEOUT_MS = 10_000;
/** A call that takes longer is given up, ms: a server that does not answer holds up nothing for longer. */
const CALL_TIMEOUT_MS = 30_000;

interface Message {
  readonly id: number | null;
  readonly method?: string;
  readonly result?: { readonly type: 'started' | 'data' | 'stopped'; readonly data?: unknown };
  readonly error?: { readonly data?: { readonly seal?: unknown } };
}

/** What waits for messages with its id. */
interface Call {
  handle(result: NonNullable<Message['result']>): unknown;
  fail(error: SealError): void;
}

/** Opens a WebSocket. Failure to connect shows in `closed`. */
export function openSocket(options: {
  /** Of the server, http or https. */
  readonly url: string;
  readonly params: ConnectionParams;
  readonly webSocket: SocketClass;
  /** Called once, before anything else can be sent over the socket. */
  readonly onEnd: (reason: SealError) => void;
}): Socket {
  const { params, onEnd } = options;
  const url = new URL(`${TRANSPORT.path}?connectionParams=1`, options.url);
  const raw = new options.webSocket(url.href.replace(/^http/, 'ws'));
  const calls = new Map<number, Call>();
  let lastId = 0;
  /** Characters that have come and are not worked off. */
  let pending = 0;
  const lifetime = createLifetime();
  const { opened, closed, ended } = lifetime;
  const heartbeat = createHeartbeat(
    () => raw.send('PING'),
    () => end(new SealError('OFFLINE')),
  );

  const opening = setTimeout(() => end(new SealError('OFFLINE')), OPEN_TIMEOUT_MS);

  function end(reason: SealError): void {
    if (!lifetime.end(reason)) return;
    clearTimeout(opening);
    heartbeat.stop();
    onEnd(reason);
    for (const call of calls.values()) call.fail(reason);
    calls.clear();
    raw.close();
  }

  function send(method: string, callParams: object, call: Call): number {
    const id = ++lastId;
    calls.set(id, call);
    raw.send(toJson({ id, method, params: callParams }));
    return id;
  }

  function receive(text: string): unknown {
    heartbeat.heard();
    if (text === 'PONG') return undefined;
    if (text === 'PING') return raw.send('PONG');
    const { id, method, result, error } = parse(text);
    const call = id === null ? undefined : calls.get(id);
    const failure = error ? (fromAnswer(error.data?.seal) ?? new SealError('UNAVAILABLE')) : null;
    // An error without a call is about the connection; `reconnect` comes from a server that is about to leave.
    if (id === null && (failure !== null || method === 'reconnect')) end(failure ?? new SealError('UNAVAILABLE'));
    else if (failure !== null) call?.fail(failure);
    else if (result) return call?.handle(result);
    return undefined;
  }

  /** Before anything is parsed: what waits here takes up no more memory, whatever the server sends. */
  async function admit(text: string): Promise<void> {
    pending += text.length;
    if (pending > MOST_RECEIVED) end(new SealError('MALFORMED'));
    try {
      // A socket that is closed may still be sent to.
      if (ended() === null) await receive(text);
    } finally {
      pending -= text.length;
    }
  }

  // At once, whenever it is subscribed: the server closes what does not say who it is.
  const introduced = new Promise<void>((resolve) => {
    raw.addEventListener('open', () => {
      clearTimeout(opening);
      heartbeat.heard();
      raw.send(toJson({ method: 'connectionParams', data: params }));
      resolve();
    });
  });
  raw.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') admit(data).catch(() => {});
  });
  raw.addEventListener('close', () => end(new SealError('OFFLINE')));
  raw.addEventListener('error', () => end(new SealError('OFFLINE')));

  return {
    opened,
    closed,
    close: (reason = new SealError('OFFLINE')) => end(reason),
    call: ({ path, type, input }) =>
      new Promise((resolve, reject) => {
        const reason = ended();
        if (reason !== null) return reject(reason);
        const giveUp = (): void => calls.get(id)?.fail(new SealError('UNAVAILABLE'));
        const timer = setTimeout(giveUp, CALL_TIMEOUT_MS);
        const finish = (): void => {
          clearTimeout(timer);
          calls.delete(id);
        };
        const id = send(
          type,
          { path, input },
          {
            handle({ data }) {
              finish();
              resolve(data);
            },
            fail(error) {
              finish();
              reject(error);
            },
          },
        );
      }),
    subscribe(position, handle) {
      const subscription: Call = {
        handle({ type, data }) {
          if (type === 'started') lifetime.open();
          else if (type === 'stopped') end(new SealError('UNAVAILABLE'));
          // Tracked events are wrapped once more, together with their id.
          else return handle((data as { data?: SyncBatch } | null)?.data ?? NO_BATCH);
          return undefined;
        },
        fail: end,
      };
      const input = { lastEventId: String(position) };
      void introduced.then(() => {
        if (ended() !== null) return;
        send('subscription', { path: 'sync.subscribe', input, lastEventId: input.lastEventId }, subscription);
      });
    },
  };
}

/** What is no JSON is nothing a Seal server has sent: an error about the connection. */
const NO_BATCH: SyncBatch = { events: [] };
const NO_MESSAGE: Message = { id: null, error: {} };

/** What is no message at all ends the connection, like an error that is about it. */
function parse(text: string): Message {
  try {
    const message = parseJson(text);
    return typeof message === 'object' && message !== null ? (message as Message) : NO_MESSAGE;
  } catch {
    return NO_MESSAGE;
  }
}

/** Notices a connection that is dead without having been closed. */
function createHeartbeat(beat: () => void, handleSilence: () => void): { heard(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    heard() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        beat();
        timer = setTimeout(handleSilence, PONG_TIMEOUT_MS);
      }, LIFETIMES.heartbeatMs);
    },
    stop: () => clearTimeout(timer),
  };
}
