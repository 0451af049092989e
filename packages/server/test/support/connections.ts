import { bufferedRng, selectCurves } from '@seal-chat/crypto';
import { createTRPCClient, createWSClient, httpLink, wsLink, type TRPCClient } from '@trpc/client';
import { getRandomValues } from 'node:crypto';
import { WebSocket } from 'ws';
import type { AppRouter } from '../../src/index.ts';
import type { RelayProcess, TestTenant } from './relay.ts';

export const curves = await selectCurves(globalThis.crypto.subtle);
export const rng = bufferedRng((bytes) => void getRandomValues(bytes));

/** The typed client of a connection. */
export type Api = TRPCClient<AppRouter>;

/** One WebSocket with the typed client on it. */
export interface TestConnection {
  readonly api: Api;
  /** The raw sockets that were opened, one in all but broken tests. */
  sockets(): readonly WebSocket[];
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly appKey: string | null;
  readonly accessToken?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the call seems to come from: an address of this machine. */
  readonly from?: string;
}

/** Opens a socket that does not reconnect. */
export function connect(process: RelayProcess, options: ConnectionOptions): TestConnection {
  const { appKey, accessToken, headers, from } = options;
  const opened: WebSocket[] = [];
  class PlainWebSocket extends WebSocket {
    constructor(url: string | URL) {
      super(url, { headers: { ...headers }, ...(from !== undefined && { localAddress: from }) });
      this.on('error', () => undefined);
      opened.push(this);
    }
  }
  const socket = createWSClient({
    url: process.wsUrl,
    WebSocket: PlainWebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: () => ({ ...(appKey !== null && { appKey }), ...(accessToken !== undefined && { accessToken }) }),
    retryDelayMs: () => 3_600_000,
  });
  return {
    api: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
    sockets: () => opened,
    close: () => socket.close(),
  };
}

/** The same procedures over HTTP. */
export function overHttp(process: RelayProcess, options: ConnectionOptions): Api {
  const { appKey, accessToken, headers } = options;
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: process.wsUrl.replace(/^ws/, 'http'),
        headers: {
          ...headers,
          ...(appKey !== null && { 'x-seal-app-key': appKey }),
          ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        },
      }),
    ],
  });
}

/** Runs `work` on a connection without a session, and closes it. */
export async function withAnonymous<T>(
  process: RelayProcess,
  tenant: TestTenant,
  work: (api: Api) => Promise<T>,
): Promise<T> {
  const anonymous = connect(process, { appKey: tenant.appKey });
  try {
    return await work(anonymous.api);
  } finally {
    await anonymous.close();
  }
}
