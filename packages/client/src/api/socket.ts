import type { AppRouter } from '@seal-chat/server';
import { LIFETIMES, SealError, TRANSPORT, type ConnectionParams } from '@seal-chat/protocol';
import type { SyncBatch } from '@seal-chat/protocol/api';
import { createTRPCClient, createWSClient, wsLink, type TRPCLink } from '@trpc/client';
import { fromAnswer, toSealError } from './errors.ts';

/** One WebSocket for as long as it lives; it does not come back by itself. */
export interface Socket {
  /** For calls over this socket. */
  readonly link: TRPCLink<AppRouter>;
  /** Follows the device's mailbox from after `position`. Call once. */
  subscribe(position: number, handle: (batch: SyncBatch) => void): void;
  /** Resolves when the subscription has started: the server took the connection. */
  readonly opened: Promise<void>;
  /** Resolves with the reason when the socket is gone. */
  readonly closed: Promise<SealError>;
  close(reason?: SealError): void;
}

/** Time for a PONG, ms. */
const PONG_TIMEOUT_MS = 10_000;

/** Opens a WebSocket. Failure to connect shows in `closed`. */
export function openSocket(options: {
  /** Of the server, http or https. */
  readonly url: string;
  readonly params: ConnectionParams;
  readonly webSocket: typeof WebSocket;
  /** Called once, before anything else can be sent over the socket. */
  readonly onEnd: (reason: SealError) => void;
}): Socket {
  const { params, webSocket, onEnd } = options;
  let raw: WebSocket | null = null;
  const hold = (made: WebSocket): void => void (raw = made);
  let settle: (reason: SealError) => void = () => {};
  const closed = new Promise<SealError>((resolve) => (settle = resolve));
  let started: () => void = () => {};
  const opened = new Promise<void>((resolve) => (started = resolve));

  /** tRPC drops what it cannot assign to a call: the reason why a server refuses a connection. */
  class ObservedSocket extends webSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      hold(this);
      this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const refusal = typeof data === 'string' ? refusalIn(data) : null;
        if (refusal !== null) end(refusal);
      });
    }
  }

  const client = createWSClient({
    url: new URL(TRANSPORT.path, options.url).href.replace(/^http/, 'ws'),
    connectionParams: () => ({ ...params }),
    WebSocket: ObservedSocket,
    keepAlive: { enabled: true, intervalMs: LIFETIMES.heartbeatMs, pongTimeoutMs: PONG_TIMEOUT_MS },
    onClose: () => end(new SealError('OFFLINE')),
    onError: () => end(new SealError('OFFLINE')),
  });

  // Whoever comes first has the reason. Closing tRPC's client at once keeps it from reconnecting.
  let hasEnded = false;
  function end(reason: SealError): void {
    if (hasEnded) return;
    hasEnded = true;
    onEnd(reason);
    settle(reason);
    client.close().catch(() => {});
    raw?.close();
  }

  const link = wsLink<AppRouter>({ client });
  return {
    link,
    opened,
    closed,
    close: (reason = new SealError('OFFLINE')) => end(reason),
    subscribe(position, handle) {
      createTRPCClient<AppRouter>({ links: [link] }).sync.subscribe.subscribe(
        { lastEventId: String(position) },
        {
          onStarted: started,
          onData: ({ data }) => handle(data),
          onError: (error) => end(toSealError(error)),
          onStopped: () => end(new SealError('UNAVAILABLE')),
        },
      );
    },
  };
}

/** An error with `id: null` is about the connection, not about a call. */
function refusalIn(text: string): SealError | null {
  if (!text.startsWith('{') || !text.includes('"id":null')) return null;
  const message = JSON.parse(text) as { id: unknown; error?: { data?: { seal?: unknown } } };
  return message.id === null && message.error !== undefined
    ? (fromAnswer(message.error.data?.seal) ?? new SealError('UNAVAILABLE'))
    : null;
}
