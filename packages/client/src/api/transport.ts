import { isSealError, type SealError } from '@seal-chat/protocol';
import { createApi } from './api.ts';
import { sleep } from './backoff.ts';
import { httpCaller, type HttpOptions } from './http.ts';
import { openSocket, type Socket, type SocketClass } from './socket.ts';
import type { openStream } from './stream.ts';
import type { Caller, SealApi } from './types.ts';

/** Where calls of a signed-in device get their token. */
export interface TokenSource {
  /** A token that is good for some more seconds. @throws SealError NOT_SIGNED_IN and what signing in throws */
  accessToken(): Promise<string>;
  /** The token used last; null before the first. */
  current(): string | null;
  /** The server does not take `token`: the next `accessToken()` is another one. */
  refuse(token: string | null): void;
  /** Nobody is signed in any more. */
  forget(): void;
}

export interface Transport {
  /** Signed in as this device. Goes over the socket while one is open or about to be, else over HTTP. */
  readonly api: SealApi;
  /**
   * Opens the socket, or a stream over HTTP where no WebSocket gets through; with `isHidden` others are not told.
   * @throws SealError as `TokenSource.accessToken`, and OFFLINE when what opens streams cannot be loaded
   */
  connect(options: { readonly isHidden: boolean }): Promise<Socket>;
}

/** A call waits this long for a socket that is about to open, ms: one request less, and no more than a round trip. */
const OPENING_MS = 1_000;

/**
 * WebSockets that end before they open, in a row, after which a stream is tried: a proxy may let none pass. When that has
 * ended, a WebSocket is tried again, once.
 */
const MOST_BLOCKED = 2;

export interface TransportOptions extends HttpOptions {
  readonly webSocket: SocketClass | undefined;
  /** Loads what takes the place of a WebSocket. @throws SealError OFFLINE */
  readonly loadStream: () => Promise<{ readonly openStream: typeof openStream }>;
}

/** Calls without a session: challenges, sign-in, recovery, linking, device lists. Always over HTTP. */
export function createPublicApi(options: HttpOptions): SealApi {
  return createApi(httpCaller(options, async () => ({})));
}

/** Calls of the session that `accessToken` opens, whatever this device's is now. Always over HTTP. */
export function apiOf(options: HttpOptions, accessToken: string): SealApi {
  return createApi(httpCaller(options, async () => ({ authorization: `Bearer ${accessToken}` })));
}

/** Creates what carries the calls of a signed-in device. Opens nothing before `connect`. */
export function createTransport(options: TransportOptions, tokens: TokenSource): Transport {
  const overHttp = httpCaller(options, async () => ({ authorization: `Bearer ${await tokens.accessToken()}` }));
  let open: Socket | null = null;
  let opening: Socket | null = null;
  /** WebSockets in a row that ended before they opened. */
  let blocked = 0;

  /** The open socket; null where there is none, and none opens in time. */
  async function currentSocket(): Promise<Socket | null> {
    if (open === null && opening !== null) {
      const { opened, closed } = opening;
      const patience = new AbortController();
      await Promise.race([opened, closed, sleep(OPENING_MS, patience.signal)]);
      patience.abort();
    }
    return open;
  }

  /** Whether the server answers over HTTP: where it does not, a WebSocket fails for the same reason. */
  function isHttpOpen(): Promise<boolean> {
    return overHttp({ path: 'preKeys.status', type: 'query', input: undefined }).then(
      () => true,
      () => false,
    );
  }

  /** A session that ran out is renewed, and the call repeated: it was refused before anything was done. */
  const call: Caller = async (made) => {
    const socket = await currentSocket();
    const token = tokens.current();
    try {
      return await (socket?.call ?? overHttp)(made);
    } catch (error) {
      if (!isSealError(error) || !isSessionOver(error)) throw error;
      tokens.refuse(token);
      socket?.close(error);
      return overHttp(made);
    }
  };

  return {
    api: createApi(call),
    async connect({ isHidden }) {
      const { url, appKey, webSocket, loadStream } = options;
      const accessToken = await tokens.accessToken();
      let isOpen = false;
      const onEnd = (reason: SealError): void => {
        if (open === socket) open = null;
        if (opening === socket) opening = null;
        if (isSessionOver(reason)) tokens.refuse(accessToken);
      };
      let socket: Socket;
      if (webSocket === undefined || (blocked >= MOST_BLOCKED && (await isHttpOpen()))) {
        // Whatever becomes of this, a WebSocket is next.
        blocked = MOST_BLOCKED - 1;
        const stream = await loadStream();
        socket = stream.openStream({ ...options, accessToken, isHidden, call: overHttp, onEnd });
      } else {
        socket = openSocket({
          url,
          params: { appKey, accessToken, ...(isHidden && { presence: 'hidden' }) },
          webSocket,
          onEnd(reason) {
            if (!isOpen && reason.code === 'OFFLINE') blocked++;
            onEnd(reason);
          },
        });
        void socket.opened.then(() => (blocked = 0));
      }
      opening = socket;
      void socket.opened.then(() => {
        isOpen = true;
        // It may have ended in the same turn.
        if (opening !== socket) return;
        open = socket;
        opening = null;
      });
      return socket;
    },
  };
}

function isSessionOver(error: SealError): boolean {
  return error.code === 'SESSION_EXPIRED' || error.code === 'NOT_SIGNED_IN';
}
