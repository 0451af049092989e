import type { AppRouter } from '@seal-chat/server';
import { SealError, TRANSPORT, isSealError } from '@seal-chat/protocol';
import { createTRPCClient, httpLink, type TRPCLink } from '@trpc/client';
import { withSealErrors, wrapCalls } from './errors.ts';
import { openSocket, type Socket } from './socket.ts';
import type { SealApi } from './types.ts';

/** A call over HTTP that takes longer is given up, ms. */
const CALL_TIMEOUT_MS = 30_000;

/** Where calls of a signed-in device get their token. */
export interface TokenSource {
  /** A token that is good for some more seconds. @throws SealError NOT_SIGNED_IN and what signing in throws */
  accessToken(): Promise<string>;
  /** The token used last; null before the first. */
  current(): string | null;
  /** The server does not take `token`: the next `accessToken()` is another one. */
  refuse(token: string | null): void;
}

export interface Transport {
  /** Signed in as this device. Goes over the socket while one is open, else over HTTP. */
  readonly api: SealApi;
  /** Opens the socket. @throws SealError as `TokenSource.accessToken`, and UNSUPPORTED_BROWSER without WebSocket */
  connect(): Promise<Socket>;
}

export interface TransportOptions {
  readonly url: string;
  readonly appKey: string;
  readonly fetch: typeof fetch;
  readonly webSocket: typeof WebSocket | undefined;
}

/** Calls without a session: challenges, sign-in, recovery, linking, device lists. Always over HTTP. */
export function createPublicApi(options: TransportOptions): SealApi {
  return wrapCalls(createTRPCClient<AppRouter>({ links: [overHttp(options, async () => ({}))] }), withSealErrors);
}

export function createTransport(options: TransportOptions, tokens: TokenSource): Transport {
  let open: { readonly socket: Socket; readonly link: ReturnType<TRPCLink<AppRouter>> } | null = null;

  const authorization = async (): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await tokens.accessToken()}`,
  });
  const link: TRPCLink<AppRouter> = (runtime) => {
    const http = overHttp(options, authorization)(runtime);
    return (call) => (open?.link ?? http)(call);
  };

  /** A session that ran out is renewed, and the call repeated: it was refused before anything was done. */
  const withSession = async (call: () => Promise<unknown>): Promise<unknown> => {
    const used = { token: tokens.current(), socket: open?.socket };
    try {
      return await withSealErrors(call);
    } catch (error) {
      if (!isSealError(error) || !isSessionOver(error)) throw error;
      tokens.refuse(used.token);
      used.socket?.close(error);
      return withSealErrors(call);
    }
  };

  return {
    api: wrapCalls(createTRPCClient<AppRouter>({ links: [link] }), withSession),
    async connect() {
      const { url, appKey, webSocket } = options;
      if (webSocket === undefined) throw new SealError('UNSUPPORTED_BROWSER', 'client: no WebSocket; pass `webSocket`');
      const accessToken = await tokens.accessToken();
      const socket: Socket = openSocket({
        url,
        params: { appKey, accessToken },
        webSocket,
        onEnd(reason) {
          if (open?.socket === socket) open = null;
          if (isSessionOver(reason)) tokens.refuse(accessToken);
        },
      });
      void socket.opened.then(() => (open = { socket, link: socket.link({}) }));
      return socket;
    },
  };
}

function isSessionOver(error: SealError): boolean {
  return error.code === 'SESSION_EXPIRED' || error.code === 'NOT_SIGNED_IN';
}

function overHttp(options: TransportOptions, headers: () => Promise<Record<string, string>>): TRPCLink<AppRouter> {
  const { url, appKey } = options;
  return httpLink({
    url: new URL(TRANSPORT.path, url).href,
    headers: async () => ({ ...(await headers()), [TRANSPORT.appKeyHeader]: appKey }),
    fetch: (input, init) => {
      const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
      const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
      return options.fetch(input, { ...(init as RequestInit), signal });
    },
  });
}
